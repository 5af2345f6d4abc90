using System.Diagnostics;
using System.Xml.Linq;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>
/// Runs tests of this program in their own Linux namespaces. Hosts in containers listen on every address, and in a namespace that is only a
/// private loopback device. Root may create namespaces, and on most machines other users may too, as root of a user namespace.
/// </summary>
internal static class Namespaces
{
    // Tells the test that it runs in the namespaces.
    private const string Marker = "MODELSERVING_TESTS_IN_NAMESPACES";

    private static readonly Lazy<Task<(string? Reason, XElement? Results, string Output)>> AllRun = new(RunAllAsync);

    private static readonly string[] Tools = ["unshare", "setpriv", "mount", "chroot", "bash", "ip", "kill"];

    /// <summary>Whether this process runs in namespaces that <see cref="RunAsync"/> made.</summary>
    internal static bool AreOurs => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>Whether a process started here can run as another user: all users are mapped, not only this test's.</summary>
    internal static bool MaySwitchUser => File.ReadLines("/proc/self/uid_map")
        .Any(static line => uint.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[2]) > 65_536);

    /// <summary>Whether root runs this test.</summary>
    internal static bool AreRoots => Environment.IsPrivilegedProcess && MaySwitchUser;

    /// <summary>Asserts that an explicit test passes in namespaces. Skips it, with the reason, if namespaces cannot be created. All of
    /// these tests run in one process, because its start takes longer than most of them.</summary>
    internal static async Task RunAsync(Type type, string method)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "containers need Linux");
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var missing = Tools.Where(tool => !path.Any(folder => File.Exists(Path.Combine(folder, tool)))).ToList();
        Assert.SkipWhen(missing.Count > 0, $"{string.Join(", ", missing)} not found: apt-get install -y util-linux iproute2");
        var (reason, results, output) = await AllRun.Value;
        Assert.SkipWhen(
            reason is not null, $"namespaces cannot be created here, and outside them no host may listen on all addresses: {reason}");
        var result = results?.Descendants("test").SingleOrDefault(
            test => test.Attribute("type")?.Value == type.FullName && test.Attribute("method")?.Value == method);
        Assert.True(result?.Attribute("result")?.Value == "Pass", result?.Element("failure")?.Value ?? output);
        Assert.True(results!.Descendants("assembly").All(static assembly => assembly.Attribute("errors")?.Value == "0"), output);
        foreach (var line in (result!.Element("output")?.Value ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            TestContext.Current.TestOutputHelper!.WriteLine(line);
            Console.WriteLine(line);
        }
    }

    private static async Task<(string? Reason, XElement? Results, string Output)> RunAllAsync()
    {
        string[] unshare = [
            .. AreRoots ? (string[])[] : ["--user", "--map-root-user"],
            "--net",
            "--mount",
            "--propagation",
            "private",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "--",
        ];
        var (tried, why) = await UnshareAsync([.. unshare, "true"]);
        if (tried != 0)
            return (why.Trim(), null, "");

        var types = typeof(Namespaces).Assembly.GetTypes()
            .Where(static type => type.IsSubclassOf(typeof(InNamespaces)) && (AreRoots || type != typeof(UserInNamespaces)));
        using var folder = new TemporaryFolder();
        var results = folder.Combine("results.xml");
        var (_, output) = await UnshareAsync([
            .. unshare, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, typeof(Namespaces).Assembly.GetName().Name + ".dll"),
            "-noLogo", "-noColor", "-explicit", "only", "-result-xml", results,
            .. types.SelectMany(static type => (string[])["-class", type.FullName!])]);
        return (null, File.Exists(results) ? XElement.Load(results) : null, output);
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
        using (var limit = new CancellationTokenSource(Wait.Limit * 8))
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var isHung = !process.HasExited;
        // Everything in the namespaces ends with it.
        if (isHung)
            process.Kill();
        var output = string.Concat(await reading);
        Assert.False(isHung, $"it did not end:\n{output}");
        return (process.ExitCode, output);
    }
}
