using System.Security.Cryptography;

namespace ModelServing.Cli.Up;

/// <summary>
/// The folder of what one <c>ms up</c> keeps, locked while it runs: the system lets go of the lock however the process ends. A demo
/// has one of its own, which is gone when it ends; what a killed demo left behind is removed by the next one.
/// </summary>
internal sealed class StateFolder : IDisposable
{
    private const string LockName = ".lock";
    private const string DemoMark = "-demo-";

    private readonly FileStream held;
    private readonly bool removed;

    private StateFolder(string path, FileStream held, bool removed)
    {
        FullPath = path;
        this.held = held;
        this.removed = removed;
    }

    internal string FullPath { get; }

    /// <summary>Opens the folder, and makes it when it is not there.</summary>
    /// <exception cref="CommandException">Another <c>ms up</c> has it.</exception>
    internal static StateFolder Open(string path)
    {
        Directory.CreateDirectory(path);
        return new StateFolder(path, TryLock(path) ?? throw new CommandException(
            ExitCode.Failed,
            $"another 'ms up' runs on {path}; stop that one, or give this one another folder in modelserving:local.state"), removed: false);
    }

    /// <summary>Makes a new folder beside <paramref name="path"/> that is removed in the end, and removes what killed demos left there.</summary>
    internal static StateFolder OpenDemo(string path)
    {
        RemoveLeftovers(path);
        while (true)
        {
            var demo = path + DemoMark + RandomNumberGenerator.GetHexString(8, lowercase: true);
            Directory.CreateDirectory(demo);
            // Null: between being made and being locked it was taken for a leftover.
            if (TryLock(demo) is { } held)
                return new StateFolder(demo, held, removed: true);
        }
    }

    /// <summary>The folders in which an <c>ms up</c> runs: <paramref name="path"/> itself, and those of demos beside it.</summary>
    internal static IReadOnlyList<string> Running(string path) => [.. Demos(path).Prepend(path).Where(static folder =>
    {
        if (!File.Exists(Path.Combine(folder, LockName)))
            return false;
        using var held = TryLock(folder);
        return held is null;
    })];

    public void Dispose()
    {
        if (removed)
            Remove(FullPath);
        held.Dispose();
    }

    private static void RemoveLeftovers(string path)
    {
        foreach (var demo in Demos(path))
        {
            // One without the file was not made by this program, or is being made right now.
            if (!File.Exists(Path.Combine(demo, LockName)) || TryLock(demo) is not { } held)
                continue;
            Remove(demo);
            held.Dispose();
        }
    }

    private static IEnumerable<string> Demos(string path) =>
        Path.GetDirectoryName(path) is { } parent && Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, Path.GetFileName(path) + DemoMark + "*") : [];

    private static FileStream? TryLock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, LockName)))
        {
            return null;
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // What can't be removed now is left to the next demo.
        }
    }
}
