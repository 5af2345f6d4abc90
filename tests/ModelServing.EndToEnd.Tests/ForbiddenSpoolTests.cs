using System.Net;
using System.Runtime.Versioning;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Reliability;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A version whose user may not write into the folder of its spools.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ForbiddenSpoolTests : IDisposable
{
    private const UnixFileMode Unwritable = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    private readonly TemporaryFolder folder = new();
    private readonly StackFolder stack = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = MsProcess.Timeout };

    private string Spool => folder.Combine("spool");

    public void Dispose()
    {
        http.Dispose();
        stack.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_are_lost_or_requests_refused_as_the_stack_says_until_the_folder_may_be_written(bool refuses)
    {
        OrdinaryUser.SkipUnlessPossible(MsProcess.Program("Inference", "ModelServing.Inference"));
        await stack.PublishAsync();
        Directory.CreateDirectory(Spool, Unwritable);
        await using var host = HostProcess.StartInference(Settings(refuses), OrdinaryUser.Command(folder.FullPath, stack.FullPath));
        var api = await host.AddressAsync();
        var ready = new Uri(api, InferencePaths.HealthReady);
        await host.SaysAsync("Predictions can't be spooled, so");
        await host.SaysAsync(refuses ? "requests are refused" : "records are lost");
        await host.SaysAsync($"Access to the path '{Spool}");
        await host.WaitForResponseAsync(http, ready, "ok");

        var (status, body) = await SendAsync(api);
        if (refuses)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains(":problem:log-full", body, StringComparison.Ordinal);
            await host.WaitForResponseAsync(http, ready, $"predictions can't be logged: Access to the path '{Spool}");
        }
        else
        {
            Assert.Equal(HttpStatusCode.OK, status);
        }

        await AssertMetricAsync(api, $$"""modelserving_predictions_lost_total\{[^}]*reason="disk"[^}]*\} {{(refuses ? 0 : 1)}}\b""");

        File.SetUnixFileMode(Spool, PrivateFiles.OfFolder);
        await host.SaysAsync("Predictions are spooled again");
        await host.WaitForResponseAsync(http, ready, "ok");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(api)).Status);
        await AssertMetricAsync(api, """modelserving_predictions_recorded_total\S* 1\b""");
        Assert.True(await host.StopAsync() == 0, host.Output);
    }

    private InferenceSettings Settings(bool refuses) => new()
    {
        Model = ModelName.Parse("fraud"),
        Version = new ModelVersion(1),
        Registry = HostSources.File(Path.Combine(stack.FullPath, ".modelserving", "dev", "registry")),
        Predictions = new PredictionLogSettings
        {
            Store = HostSources.Sqlite(folder.Combine("predictions.db")),
            Spool = Spool,
            RefuseWhenFull = refuses,
        },
    };

    private async Task AssertMetricAsync(Uri api, string pattern) =>
        Assert.Matches(pattern, await http.GetStringAsync(new Uri(api, InferencePaths.Metrics), TestContext.Current.CancellationToken));

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(Uri api)
    {
        var data = string.Join(',', Enumerable.Repeat('1', 15));
        using var content = new StringContent(
            $$"""{"inputs":[{"name":"features","shape":[1,15],"datatype":"FP32","data":[{{data}}]}]}""");
        using var answer = await http.PostAsync(new Uri(api, "/v2/models/fraud/infer"), content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
