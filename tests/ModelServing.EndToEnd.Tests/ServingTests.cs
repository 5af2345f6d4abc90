using System.Diagnostics;
using System.Text.Json;
using ModelServing.Sample;

namespace ModelServing.EndToEnd.Tests;

public class ServingTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    [Fact]
    public async Task Every_one_of_20000_answers_equals_ONNX_Runtime_and_the_canary_gets_its_share()
    {
        const int Requests = 20_000;
        const double Expected = 0.05;
        var folder = shared.Folder;
        await using var load = new Load(folder.Api, connections: 16, most: Requests);
        await load.FinishAsync();

        using InProcess stable = new(1), canary = new(2);
        var answers = load.Answers;
        Assert.Equal(Requests, answers.Length);
        foreach (var answer in answers)
        {
            Assert.True(answer.Status == 200, answer.Body);
            Assert.Equal(answer.Variant == "canary" ? "2" : "1", answer.Version);
            var (label, probabilities) = (answer.Variant == "canary" ? canary : stable).Run(Load.Rows[answer.Row]);
            Assert.Equal(label, answer.Output<long>(SampleArtifacts.LabelName));
            Assert.Equal(probabilities, answer.Output<float>(SampleArtifacts.ProbabilitiesName));
        }

        var deviation = Math.Sqrt(Requests * Expected * (1 - Expected));
        Assert.InRange(
            answers.Count(answer => answer.Variant == "canary"),
            (Requests * Expected) - (4 * deviation),
            (Requests * Expected) + (4 * deviation));
    }

    [Fact]
    public async Task A_second_platform_on_the_same_folder_is_refused()
    {
        var (exitCode, output) = await MsProcess.RunAsync(shared.Folder, "up");
        Assert.Equal(1, exitCode);
        Assert.Contains("another 'ms up' is using", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_moves_the_traffic_without_a_failed_request_and_a_broken_one_changes_nothing()
    {
        using var folder = new StackFolder();
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        await using var load = new Load(folder.Api);
        await load.CanaryShareAsync(share => share < 0.15);

        folder.Write(StackFolder.Canary("60"));
        await load.CanaryShareAsync(share => share > 0.4);
        folder.WriteByRename(StackFolder.Canary("0"));
        await load.CanaryShareAsync(share => share == 0);

        folder.Write(StackFolder.Canary("101"));
        await ms.WaitForAsync("Pulumi.dev.yaml:10:18: modelserving:models.fraud.canary.percent: 101 is not between 0 and 100");
        folder.WriteByRename("    fraud: [");
        await ms.WaitForAsync("this is not valid YAML");
        await load.MoreAsync(500);
        await load.CanaryShareAsync(share => share == 0);
        folder.WriteByRename(StackFolder.Canary("'99.99'"));
        await load.CanaryShareAsync(share => share > 0.95);

        Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
    }

    [Fact]
    public async Task A_newly_named_version_is_started_and_a_removed_one_stopped_without_a_failed_request()
    {
        using var folder = new StackFolder("    fraud: { stable: { version: 1 } }");
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        Assert.Null(folder.ProcessOf(2));
        await using (var load = new Load(folder.Api))
        {
            await load.MoreAsync(100);
            folder.Write(StackFolder.Canary("50"));
            await load.CanaryShareAsync(share => share > 0.3);
            folder.Write("    fraud: { stable: { version: 2 } }");
            await Until.TrueAsync(
                () => folder.ProcessOf(1) is null && folder.Processes().Count == 3,
                () => $"version 1 is not stopped:\n{ms.Output}");
            await load.MoreAsync(500);
            Assert.All(load.Answers, answer => Assert.True(answer.Status == 200, answer.Body));
            Assert.All(load.Answers[^100..], answer => Assert.Equal("2", answer.Version));
        }

        ms.Signal("TERM");
        Assert.Equal(0, await ms.ExitAsync());
        await folder.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_killed_stable_version_is_restarted_and_every_failure_is_a_complete_problem_response()
    {
        using var folder = new StackFolder(StackFolder.Canary("50"));
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        await using var load = new Load(folder.Api, connections: 16);
        for (var kill = 0; kill < 3; kill++)
        {
            await load.MoreAsync(500);
            var killed = folder.ProcessOf(1)!.Value;
            Process.GetProcessById(killed).Kill();
            await Until.TrueAsync(
                () => folder.ProcessOf(1) is { } process && process != killed,
                () => $"it is not restarted:\n{ms.Output}");
            await load.CanaryShareAsync(share => share < 0.7);
            await Until.TrueAsync(
                () => load.Answers[^100..].All(answer => answer.Status == 200),
                () => "it never serves every request again");
        }

        var failures = load.Answers.Where(answer => answer.Status != 200).ToList();
        Assert.NotEmpty(failures);
        Assert.All(failures, failure =>
        {
            failure.IsProblem(502, 503);
            Assert.Equal("stable", failure.Variant);
        });
        Assert.Contains("was ended by signal 9 (SIGKILL); it restarts in", ms.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_API_follows_the_protocol_and_a_request_may_name_its_version()
    {
        var folder = shared.Folder;
        using var http = new HttpClient { BaseAddress = folder.Api };
        var pinned = await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/fraud/versions/2/infer"), 0);
        Assert.Equal((200, "pinned", "2"), (pinned.Status, pinned.Variant, pinned.Version));
        (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/fraud/versions/3/infer"), 0)).IsProblem(404);
        (await Load.SendAsync(http, new Uri(folder.Api, "/v2/models/other/infer"), 0)).IsProblem(404);
        using var metadata = JsonDocument.Parse(await http.GetStringAsync("/v2/models/fraud"));
        Assert.Equal(SampleArtifacts.InputName, metadata.RootElement.GetProperty("inputs")[0].GetProperty("name").GetString());
        Assert.Contains(
            "modelserving_router_request_duration_seconds_bucket",
            await http.GetStringAsync("/metrics"),
            StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/fraud/infer")
        {
            Content = new StringContent("""{"inputs":[{"name":"features","shape":[1,14],"datatype":"FP32","data":[]}]}"""),
        };
        using var refused = await http.SendAsync(request);
        Assert.Equal(400, (int)refused.StatusCode);
        var body = await refused.Content.ReadAsStringAsync();
        Assert.Contains("inputs[0].shape: it is [1,14]; 'features' takes [-1,15]", body, StringComparison.Ordinal);
        Assert.Contains(refused.Headers.GetValues("X-Request-Id").Single(), body, StringComparison.Ordinal);
    }
}
