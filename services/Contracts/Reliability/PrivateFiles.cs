using System.Runtime.InteropServices;

namespace ModelServing.Contracts.Reliability;

/// <summary>Files and folders that only their owner may use. On Windows, a user's folders are private already.</summary>
public static class PrivateFiles
{
    /// <summary>The permissions of a private file: 0600.</summary>
    public const UnixFileMode OfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The permissions of a private folder: 0700.</summary>
    public const UnixFileMode OfFolder = OfFile | UnixFileMode.UserExecute;

    private const int NothingForOthers = 0b000_111_111;

    /// <summary>Makes everything that this process and its children create from now on private, whoever creates it: SQLite and other
    /// libraries give files no permissions of their own choice.</summary>
    public static void MakeDefault()
    {
        if (!OperatingSystem.IsWindows())
            _ = umask(NothingForOthers);
    }

    /// <summary>Creates a private folder, and those above it that are missing.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OfFolder);
    }

    /// <summary>Makes a folder and everything in it private, which an earlier program may have left open to others. What a link leads to
    /// stays as it is.</summary>
    /// <exception cref="UnauthorizedAccessException">Something in it belongs to another user.</exception>
    public static void Restrict(string folder)
    {
        RestrictAlone(folder);
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null)
                continue;
            if (entry is DirectoryInfo)
                Restrict(entry.FullName);
            else
                RestrictAlone(entry.FullName);
        }
    }

    /// <summary>Takes all permissions on one file or folder from all users but its owner.</summary>
    public static void RestrictAlone(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & OfFolder) != mode)
                File.SetUnixFileMode(path, mode & OfFolder);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process has just removed it.
        }
    }

#pragma warning disable SYSLIB1054, CA5392, IDE1006 // The system's own function, by its own name; .NET has none for it.
    [DllImport("libc")]
    private static extern uint umask(uint mask);
#pragma warning restore SYSLIB1054, CA5392, IDE1006
}
