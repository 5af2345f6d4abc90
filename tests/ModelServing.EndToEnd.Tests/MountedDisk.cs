using System.Diagnostics;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A small disk that only one process sees, because it is mounted in a namespace of that process. It ends with the
/// process.</summary>
/// <param name="path">An empty folder.</param>
/// <param name="mebibytes">The size.</param>
internal sealed class MountedDisk(string path, int mebibytes)
{
    /// <summary>The command through which a process starts that sees the disk.</summary>
    internal string[] Command =>
    [
        "unshare", "--mount", "--propagation", "private", "--",
        "bash", "-c", $"mount -t tmpfs -o mode=755,size={mebibytes}m disk \"$0\" && exec \"$@\"", path,
    ];

    internal static void SkipUnlessPossible()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root can mount a disk: run the tests as root on Linux");
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var missing = ((string[])["unshare", "nsenter", "mount", "umount", "bash"])
            .Where(tool => !folders.Any(folder => File.Exists(Path.Combine(folder, tool)))).ToList();
        Assert.SkipWhen(missing.Count > 0, $"{string.Join(", ", missing)} not found: apt-get install -y util-linux");
        using var probe = Process.Start(new ProcessStartInfo("unshare", ["--mount", "true"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        Assert.SkipWhen(probe.ExitCode != 0, "namespaces cannot be created here");
    }

    /// <summary>Fills the disk to the last byte with a file of someone else.</summary>
    internal async Task FillAsync(HostProcess host)
    {
        var (exitCode, errors) = await RunAsync(host, "cat /dev/zero > \"$0/others\"", path);
        Assert.True(exitCode != 0 && errors.Contains("No space left on device", StringComparison.Ordinal), errors);
    }

    /// <summary>Removes that file.</summary>
    internal Task FreeAsync(HostProcess host) => SucceedAsync(host, "rm \"$0/others\"", path);

    /// <summary>Makes a folder read-only from here on. A plain remount is refused while a file is open for writing, so another mount hides
    /// the folder: whatever is created, renamed or deleted later fails with EROFS. It is read-only before it gets there.</summary>
    internal static Task SetReadOnlyAsync(HostProcess host, string folder) => SucceedAsync(
        host,
        "mkdir \"$0.hidden\" && mount --bind \"$0\" \"$0.hidden\" && mount -o remount,bind,ro \"$0.hidden\" && "
            + "mount --move \"$0.hidden\" \"$0\"",
        folder);

    // Lazily, because the process may still read a file through that mount.
    internal static Task SetWritableAsync(HostProcess host, string folder) => SucceedAsync(host, "umount --lazy \"$0\"", folder);

    private static async Task SucceedAsync(HostProcess host, string script, string argument)
    {
        var (exitCode, errors) = await RunAsync(host, script, argument);
        Assert.True(exitCode == 0, errors);
    }

    private static async Task<(int ExitCode, string Errors)> RunAsync(HostProcess host, string script, string argument)
    {
        using var process = Process.Start(
            new ProcessStartInfo("nsenter", ["--target", $"{host.Id}", "--mount", "--", "bash", "-c", script, argument])
            {
                RedirectStandardError = true,
            })!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, errors);
    }
}
