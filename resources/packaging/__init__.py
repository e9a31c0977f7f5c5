"""What a bundle needs beside the program: licences of what it carries, desktop entries, file types."""
