using System.Diagnostics;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>
/// Runs a test of this program in Linux namespaces of its own: hosts in containers listen on every address, and here that is only a
/// loopback device that nobody else sees. Root may do so, and most machines let others do so as root of a user namespace.
/// </summary>
internal static class Namespaces
{
    // Says to the test in there that it is.
    private const string Marker = "MODELSERVING_TESTS_IN_NAMESPACES";

    private static readonly string[] Tools = ["unshare", "setpriv", "mount", "chroot", "bash", "ip", "kill"];

    /// <summary>Whether this process runs in namespaces that <see cref="RunAsync"/> made.</summary>
    internal static bool AreOurs => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>Whether a process started here may be given another user: all users are there, not this test's alone.</summary>
    internal static bool MaySwitchUser => File.ReadLines("/proc/self/uid_map").Any(static line => uint.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[2]) > 65_536);

    /// <summary>Whether this test is run by root.</summary>
    internal static bool AreRoots => Environment.IsPrivilegedProcess && MaySwitchUser;

    /// <summary>Runs one explicit test in namespaces; skips, with the reason, where there can be none.</summary>
    /// <param name="type">The test's class.</param>
    /// <param name="method">Its method.</param>
    internal static async Task RunAsync(Type type, string method)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "containers are Linux' own");
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var missing = Tools.Where(tool => !path.Any(folder => File.Exists(Path.Combine(folder, tool)))).ToList();
        Assert.SkipWhen(missing.Count > 0, $"{string.Join(", ", missing)} not found: apt-get install -y util-linux iproute2");
        string[] unshare = [.. AreRoots ? (string[])[] : ["--user", "--map-root-user"], "--net", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];
        var (tried, why) = await UnshareAsync([.. unshare, "true"]);
        Assert.SkipWhen(tried != 0, $"no namespaces can be made here, and outside of its own no host may listen on all addresses: {why.Trim()}");

        var (exitCode, output) = await UnshareAsync([
            .. unshare, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, typeof(Namespaces).Assembly.GetName().Name + ".dll"),
            "-noLogo", "-noColor", "-explicit", "only", "-method", $"{type.FullName}.{method}"]);
        Assert.True(exitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal), output);
        foreach (var line in output.Split('\n').Where(static line => line.StartsWith(Report.Start, StringComparison.Ordinal)))
        {
            TestContext.Current.TestOutputHelper!.WriteLine(line);
            Console.WriteLine(line);
        }
    }

    private static async Task<(int ExitCode, string Output)> UnshareAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("unshare", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [Marker] = "1" },
        })!;
        var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken))
        {
            limit.CancelAfter(Patience.Limit * 4);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var isHung = !process.HasExited;
        // Whatever runs in the namespaces ends with it.
        if (isHung)
            process.Kill();
        var output = string.Concat(await reading);
        Assert.False(isHung, $"it did not end:\n{output}");
        return (process.ExitCode, output);
    }
}
