using System.Runtime.InteropServices;

namespace ModelServing.Contracts.Reliability;

/// <summary>Gives a complete file its final name, in one step and only if the name is free.</summary>
public static partial class AtomicName
{
    private const int Exists = 17; // EEXIST, on Linux and macOS alike

    /// <summary>Gives <paramref name="file"/> the name <paramref name="name"/>; false if the name is taken.</summary>
    /// <remarks>
    /// File.Move would not do. On a file system without hard links it falls back to copying, and others would see a partial copy. This
    /// method fails there and reports the reason.
    /// </remarks>
    public static bool TryAssign(string file, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            if (File.Exists(name))
                return false;
            File.Move(file, name, overwrite: false);
            return true;
        }

        if (Link(file, name) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw new IOException($"a hard link can't be created: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Flushes a folder's names to the disk, on systems that support it.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            return;
        // Best effort: if the file system can't flush a folder, there is no other way.
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
