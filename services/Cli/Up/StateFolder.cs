using System.Security.Cryptography;
using ModelServing.Contracts.Reliability;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Up;

/// <summary>
/// The folder with the files of one <c>ms up</c>, locked while it runs. The system releases the lock however the process ends. A demo has
/// its own folder, which is removed at its end; the next demo removes the folders of killed ones. Everything in it is its owner's alone.
/// </summary>
internal sealed class StateFolder : IDisposable
{
    private const string LockName = ".lock";
    private const string DemoMark = "-demo-";

    private readonly FileStream held;
    private readonly bool isTemporary;

    private StateFolder(string path, FileStream held, bool isTemporary)
    {
        FullPath = path;
        this.held = held;
        this.isTemporary = isTemporary;
    }

    internal string FullPath { get; }

    /// <summary>Opens the folder, and creates it if it does not exist.</summary>
    /// <exception cref="CommandException">Another <c>ms up</c> uses it.</exception>
    internal static StateFolder Open(string path)
    {
        Create(path);
        var held = TryLock(path) ?? throw new CommandException(
            ExitCode.Failed,
            $"another 'ms up' is using {path}; stop it, or set another folder in modelserving:local.state");
        // An earlier program may have made it with other permissions.
        PrivateFiles.Restrict(path);
        return new StateFolder(path, held, isTemporary: false);
    }

    /// <summary>Creates a temporary folder beside <paramref name="path"/>, and removes the folders that killed demos left there.</summary>
    internal static StateFolder OpenDemo(string path)
    {
        RemoveLeftovers(path);
        while (true)
        {
            var demo = path + DemoMark + RandomNumberGenerator.GetHexString(8, lowercase: true);
            Create(demo);
            // Null means that another demo took the folder for a leftover before it was locked.
            if (TryLock(demo) is { } held)
                return new StateFolder(demo, held, isTemporary: true);
        }
    }

    /// <summary>The folders that an <c>ms up</c> is using, of <paramref name="path"/> and the demos' folders beside it.</summary>
    internal static IReadOnlyList<string> Running(string path) => [.. Demos(path).Prepend(path).Where(static folder =>
    {
        if (!File.Exists(Path.Combine(folder, LockName)))
            return false;
        using var held = TryLock(folder);
        return held is null;
    })];

    public void Dispose()
    {
        if (isTemporary)
            Remove(FullPath);
        held.Dispose();
    }

    private static void Create(string path)
    {
        PrivateFiles.CreateFolder(path);
        // The folder that only holds the stacks' folders. Any other parent is the user's.
        if (Path.GetDirectoryName(path) is { } parent && Path.GetFileName(parent) == LocalSettings.StateRoot)
            PrivateFiles.RestrictAlone(parent);
    }

    private static void RemoveLeftovers(string path)
    {
        foreach (var demo in Demos(path))
        {
            // A folder without the file is not a demo's, or is just being created.
            if (!File.Exists(Path.Combine(demo, LockName)) || TryLock(demo) is not { } held)
                continue;
            Remove(demo);
            held.Dispose();
        }
    }

    private static IEnumerable<string> Demos(string path) => Path.GetDirectoryName(path) is { } parent && Directory.Exists(parent)
        ? Directory.EnumerateDirectories(parent, Path.GetFileName(path) + DemoMark + "*")
        : [];

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
            // The next demo tries again.
        }
    }
}
