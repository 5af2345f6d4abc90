using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A version whose spool is on a disk that really fills up, or that can't be written any more. A spool's segments are mapped
/// files, so a write that the disk can't take would be a signal that ends the process.</summary>
public sealed partial class FullDiskTests : IDisposable
{
    // Two segments of 8 MiB, the 64 MiB that stay free, and a little.
    private const int DiskMebibytes = 100;

    // A record of this many rows has about 100 KB, so two segments take less than 200 of them.
    private const int Rows = 1000;
    private const int MostRequests = 2000;

    private readonly TemporaryFolder folder = new();
    private readonly StackFolder stack = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = MsProcess.Timeout };
    private int answered;
    private int refused;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Disk => folder.Combine("disk");

    private string Spool => Path.Combine(Disk, "spool");

    private string Store => "sqlite:" + folder.Combine("predictions.db");

    public void Dispose()
    {
        http.Dispose();
        stack.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(SpoolMode.Process, false)]
    [InlineData(SpoolMode.Process, true)]
    [InlineData(SpoolMode.Disk, true)]
    public async Task A_full_disk_ends_no_process_and_requests_are_answered_or_refused_as_the_stack_says(SpoolMode mode, bool refuses)
    {
        MountedDisk.SkipUnlessPossible();
        var disk = new MountedDisk(Directory.CreateDirectory(Disk).FullName, DiskMebibytes);
        await using var host = await StartAsync(disk, mode, refuses);
        var api = await host.AddressAsync();
        await host.WaitForResponseAsync(http, new Uri(api, InferencePaths.HealthReady), "ok");
        await SendAsync(host, api);
        Assert.Equal((1, 0), (answered, refused));

        await disk.FillAsync(host);
        await SendUntilFailingAsync(host, api, refuses);
        for (var i = 0; i < 20; i++)
            await SendAsync(host, api);
        await host.SaysAsync("Predictions can't be spooled, so");
        if (refuses)
        {
            Assert.InRange(refused, 20, int.MaxValue);
            await host.WaitForResponseAsync(http, new Uri(api, InferencePaths.HealthReady), "predictions can't be logged: ");
            Assert.Equal(0, await LostAsync(api));
        }
        else
        {
            Assert.Equal(0, refused);
            Assert.InRange(await LostAsync(api), 20, int.MaxValue);
        }

        await disk.FreeAsync(host);
        await AssertRecoversAsync(host, api);
    }

    [Fact]
    public async Task A_folder_that_becomes_read_only_costs_records_but_no_answer_until_it_is_writable_again()
    {
        MountedDisk.SkipUnlessPossible();
        var disk = new MountedDisk(Directory.CreateDirectory(Disk).FullName, 2 * DiskMebibytes);
        await using var host = await StartAsync(disk, SpoolMode.Process, refuses: false);
        var api = await host.AddressAsync();
        await host.WaitForResponseAsync(http, new Uri(api, InferencePaths.HealthReady), "ok");
        await SendAsync(host, api);

        await MountedDisk.SetReadOnlyAsync(host, Spool);
        await SendUntilFailingAsync(host, api, refuses: false);
        Assert.Equal(0, refused);
        foreach (var text in (string[])["Predictions can't be spooled, so", "records are lost", "Read-only file system"])
            await host.SaysAsync(text);

        await MountedDisk.SetWritableAsync(host, Spool);
        await AssertRecoversAsync(host, api);
    }

    private async Task<HostProcess> StartAsync(MountedDisk disk, SpoolMode mode, bool refuses)
    {
        await stack.PublishAsync();
        return HostProcess.StartInference(
            new InferenceSettings
            {
                Model = ModelName.Parse("fraud"),
                Version = new ModelVersion(1),
                Registry = HostSources.File(Path.Combine(stack.FullPath, ".modelserving", "dev", "registry")),
                Predictions = new PredictionLogSettings { Store = Store, Spool = Spool, Mode = mode, RefuseWhenFull = refuses },
            },
            disk.Command);
    }

    /// <summary>Sends until a record is lost, or a request refused.</summary>
    private async Task SendUntilFailingAsync(HostProcess host, Uri api, bool refuses)
    {
        for (var sent = 0; refuses ? refused == 0 : await LostAsync(api) == 0; sent++)
        {
            Assert.True(sent < MostRequests, $"{sent} records fit:\n{host.Output}");
            await SendAsync(host, api);
        }
    }

    // Everything that was answered is in the store, except for what the metrics call lost.
    private async Task AssertRecoversAsync(HostProcess host, Uri api)
    {
        var before = await RecordedAsync(api);
        await host.SaysAsync("Predictions are spooled again");
        await host.WaitForResponseAsync(http, new Uri(api, InferencePaths.HealthReady), "ok");
        var (lost, stillRefused) = (await LostAsync(api), refused);
        for (var i = 0; i < 20; i++)
            await SendAsync(host, api);
        Assert.Equal((lost, stillRefused), (await LostAsync(api), refused));
        Assert.Equal(before + 20, await RecordedAsync(api));
        Assert.Equal(answered, before + 20 + lost);

        Assert.True(await host.StopAsync() == 0, host.Output);
        Assert.Equal(before + 20, await StoredAsync());
    }

    private async Task SendAsync(HostProcess host, Uri api)
    {
        var data = string.Join(',', Enumerable.Repeat("1.5", Rows * 15));
        using var content = new StringContent(
            $$"""{"inputs":[{"name":"features","shape":[{{Rows}},15],"datatype":"FP32","data":[{{data}}]}]}""");
        using var answer = await http.PostAsync(new Uri(api, "/v2/models/fraud/infer"), content, Token);
        Assert.False(host.HasExited, host.Output);
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            answered++;
            return;
        }

        var problem = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, problem);
        Assert.Contains("log-full", problem, StringComparison.Ordinal);
        refused++;
    }

    private async Task<int> RecordedAsync(Uri api) => Sum(Recorded().Matches(await http.GetStringAsync(new Uri(api, "/metrics"), Token)));

    private async Task<int> LostAsync(Uri api) => Sum(Lost().Matches(await http.GetStringAsync(new Uri(api, "/metrics"), Token)));

    private static int Sum(MatchCollection found) => found.Sum(static one => int.Parse(one.Groups[1].Value, CultureInfo.InvariantCulture));

    private async Task<int> StoredAsync()
    {
        var (exitCode, output) = await MsProcess.RunAsync(
            stack, "predictions", "export", "--store", Store, "--model", "fraud", "--since", "2h", "--out", folder.Combine("all.parquet"));
        Assert.True(exitCode == 0, output);
        return int.Parse(Exported().Match(output).Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^modelserving_predictions_recorded_total(?:\{[^}]*\})? (\d+)", RegexOptions.Multiline)]
    private static partial Regex Recorded();

    [GeneratedRegex(@"^modelserving_predictions_lost_total(?:\{[^}]*\})? (\d+)", RegexOptions.Multiline)]
    private static partial Regex Lost();

    [GeneratedRegex(@"all\.parquet: ([\d,]+) predictions")]
    private static partial Regex Exported();
}
