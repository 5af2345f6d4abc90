using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using ModelServing.Contracts;
using ModelServing.Sample;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms up</c> with versions that can't be served, with too few of the machine's resources, and with other users of the same
/// machine. <see cref="HostileTests"/> has other programs and web pages.</summary>
public sealed class IsolationTests
{
    private const string TwoModels = """
            fraud: { stable: { version: 1 } }
            other: { stable: { version: 1 } }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_damaged_canary_is_reported_and_stable_gets_all_of_the_traffic()
    {
        using var folder = new StackFolder(StackFolder.Canary("50"));
        await folder.PublishAsync();
        await DamageAsync(folder, "fraud", 2);
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up", "--once");
        Assert.True(exitCode == 0, output);
        Assert.Contains("fraud v2 did not start", output, StringComparison.Ordinal);
        Assert.Contains("models/fraud/2/model.onnx: its SHA-256 is", output, StringComparison.Ordinal);
        Assert.Contains("fraud is served without what is not ready: stable v1 100%", output, StringComparison.Ordinal);
        Assert.Contains("The API is at", output, StringComparison.Ordinal);
        await folder.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_damaged_model_does_not_keep_another_from_being_served_and_ready_names_it()
    {
        using var folder = new StackFolder(TwoModels);
        await folder.PublishAsync();
        await PublishAsync(folder, "other");
        await DamageAsync(folder, "other", 1);

        await using (var ms = await folder.UpAsync())
        {
            Assert.Contains("other can't be served, because its stable version 1 is not ready", ms.Output, StringComparison.Ordinal);
            using var http = new HttpClient();
            Assert.Equal(200, (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/fraud/infer"), 0)).Status);
            (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/other/infer"), 0)).IsProblem(503);
            using var ready = await http.GetAsync(new Uri(folder.Api, InferencePaths.Ready), Token);
            Assert.Equal(
                (503, """{"ready":false,"models":[{"name":"other","reason":"no endpoint of its stable version 1 is ready"}]}"""),
                ((int)ready.StatusCode, await ready.Content.ReadAsStringAsync(Token)));
            Assert.Equal("ok\n", await http.GetStringAsync(new Uri(folder.Api, InferencePaths.HealthReady), Token));
        }

        var (exitCode, output) = await MsProcess.RunAsync(folder, "up", "--once");
        Assert.True(exitCode == 1, output);
        Assert.Contains("The API is at", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_hangs_while_it_starts_is_named_and_keeps_no_other_from_being_served()
    {
        using var folder = new StackFolder(TwoModels);
        await folder.PublishAsync();
        var endless = Path.Combine(folder.FullPath, "endless.onnx");
        await File.WriteAllBytesAsync(endless, SomeSlowOnnx.EndlessLoop(), Token);
        var (exitCode, output) = await MsProcess.RunAsync(folder, "publish", "other", endless, "--untried");
        Assert.True(exitCode == 0, output);

        await using var ms = MsProcess.Start(folder, "up");
        await ms.WaitForAsync($"Meanwhile the API is at {folder.Api}");
        using var http = new HttpClient();
        Assert.Equal(200, (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/fraud/infer"), 0)).Status);
        (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/other/infer"), 0)).IsProblem(503);
        Assert.Contains("other v1 is not ready yet, and the others are served meanwhile: ", ms.Output, StringComparison.Ordinal);

        // Suspended, it hangs all the same, and the tests beside this one have the processor.
        foreach (var hanging in folder.Processes().Where(static process =>
            ProgramProcess.VariablesOf(process.Id).GetValueOrDefault("MODELSERVING_MODEL") == "other"))
            await Signals.SendAsync(hanging, "STOP");

        // An edit is not held up either.
        await ms.WaitForAsync("Ctrl-C stops everything");
        Assert.Contains("other v1 is not ready after 30 s: ", ms.Output, StringComparison.Ordinal);
        folder.Write(TwoModels.Replace("version: 1 } }\n    other", "version: 2 } }\n    other", StringComparison.Ordinal));
        await Until.TrueAsync(() => folder.EndpointOf(2) is not null, () => ms.Output);
        await Until.TrueAsync(
            () => Load.SendAsync(http, new Uri(folder.Api, "/v2/models/fraud/infer"), 0).GetAwaiter().GetResult().Version == "2",
            () => ms.Output);
    }

    [Fact]
    public async Task A_canary_without_a_ready_endpoint_is_not_promoted()
    {
        using var folder = new StackFolder(StackFolder.Canary("50"));
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        await DamageAsync(folder, "fraud", 2);
        Process.GetProcessById(folder.ProcessOf(2)!.Value).Kill();
        await Until.TrueAsync(() => folder.ProcessOf(2) is null, () => $"it is still an endpoint:\n{ms.Output}");
        var before = await File.ReadAllTextAsync(folder.StackFile, Token);

        var (exitCode, output) = (1, "");
        await Until.TrueAsync(
            () =>
            {
                (exitCode, output) = MsProcess.RunAsync(folder, "promote", "fraud").GetAwaiter().GetResult();
                return output.Contains("version 2 of fraud has 0 ready endpoints", StringComparison.Ordinal);
            },
            () => output);
        Assert.Equal(1, exitCode);
        Assert.Equal(before, await File.ReadAllTextAsync(folder.StackFile, Token));
        using var http = new HttpClient();
        Assert.Equal(200, (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/fraud/infer"), 0)).Status);

        (exitCode, output) = await MsProcess.RunAsync(folder, "promote", "fraud", "--force", "--yes");
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task An_edit_that_the_machine_did_not_allow_is_applied_as_soon_as_it_does()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/prlimit"), "prlimit limits a running process");
        using var folder = new StackFolder("    fraud: { stable: { version: 1 } }");
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        // What is open stays open; nothing more can be opened.
        await LimitAsync(ms.Id, Directory.GetFiles($"/proc/{ms.Id}/fd").Length + 3);
        folder.Write(StackFolder.Canary("50"));
        await ms.WaitForAsync("Too many open files");
        Assert.Null(folder.EndpointOf(2));

        await LimitAsync(ms.Id, 1024);
        await ms.WaitForAsync("fraud: canary v2 50% is new");
        Assert.NotNull(folder.EndpointOf(2));
        // The router follows the plan.
        await using var load = new Load(folder.Api);
        await load.CanaryShareAsync(static share => share > 0.3);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Everything_in_the_state_folder_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions");
        using var folder = new StackFolder(TwoModels);
        await folder.PublishAsync();
        await PublishAsync(folder, "other");
        var root = Path.Combine(folder.FullPath, ".modelserving");
        // As an earlier program left it.
        File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(
            Path.Combine(root, "dev", "registry", "models", "other", "1", "model.onnx"), (UnixFileMode)0b110_100_100);
        await using var ms = await folder.UpAsync();
        using var http = new HttpClient();
        Assert.Equal(200, (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/fraud/infer"), 0)).Status);
        var journal = Path.Combine(root, "dev", "journal.db");
        await Until.TrueAsync(
            () => File.Exists(journal) && File.Exists(journal + "-wal") && File.Exists(Path.Combine(root, "dev", "journal.snapshot")),
            () => "the journal is not written");

        var open = Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Prepend(root)
            .Where(static path => (File.GetUnixFileMode(path) & (UnixFileMode)0b000_111_111) != 0)
            .Select(path => $"{Path.GetRelativePath(root, path)} {File.GetUnixFileMode(path)}").ToList();
        Assert.True(open.Count == 0, string.Join('\n', open));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(journal));
        // The stack file is the user's, and others may read it.
        Assert.NotEqual((UnixFileMode)0, File.GetUnixFileMode(folder.StackFile) & UnixFileMode.OtherRead);
    }

    private static Task PublishAsync(StackFolder folder, string model) =>
        folder.PublishAsync(model, 1, File.ReadAllBytes(SampleArtifacts.ModelPath(1)));

    private static async Task DamageAsync(StackFolder folder, string model, int version)
    {
        var path = Path.Combine(
            folder.FullPath, ".modelserving", "dev", "registry", "models", model, $"{version}", "model.onnx");
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
    }

    private static async Task LimitAsync(int process, int files)
    {
        using var limit = Process.Start(
            "prlimit",
            ["--pid", process.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"--nofile={files}:")]);
        await limit.WaitForExitAsync(Token);
        Assert.Equal(0, limit.ExitCode);
    }
}
