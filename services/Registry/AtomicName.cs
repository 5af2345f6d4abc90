using System.Runtime.InteropServices;

namespace ModelServing.Registry;

/// <summary>Gives a finished file its name, in one step and only if the name is free.</summary>
internal static partial class AtomicName
{
    private const int Exists = 17; // EEXIST, on Linux and macOS alike

    /// <summary>Names <paramref name="file"/> <paramref name="name"/>; false when the name is taken.</summary>
    /// <remarks>
    /// Not File.Move: on a file system without hard links it falls back to a copy, which others would see half done. There this
    /// fails instead, and says why.
    /// </remarks>
    public static bool TryGive(string file, string name)
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
        return error == Exists ? false : throw new IOException($"no hard link could be made: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Flushes a folder's names to the disk, where the system can.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            return;
        // A file system that can't flush a folder says so and has nothing better to offer.
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
