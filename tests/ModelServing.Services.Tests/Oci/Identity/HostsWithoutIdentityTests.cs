using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Functions;
using ModelServing.Registry;
using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Functions;
using ModelServing.Services.Tests.Hosting;
using ModelServing.Services.Tests.Inference;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Oci.Identity;

/// <summary>The three hosts in a pod whose identity fails at their start or while they serve, and then works again. None of them is
/// restarted.</summary>
[Collection(nameof(OwnProcess))]
public sealed class HostsWithoutIdentityTests : IAsyncLifetime
{
    private static readonly JournalPace Pace = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(20));

    private OkePod pod = null!;
    private EnvironmentVariables variables = null!;

    /// <summary>The faults with which a host can start. It refuses to start without the token's file, which Kubernetes mounts first. The
    /// time limits of a silent token service are tested elsewhere.</summary>
    public static TheoryData<PodFault> Faults =>
        [.. Enum.GetValues<PodFault>().Except([PodFault.MissingToken, PodFault.Silent])];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        pod = await OkePod.StartAsync();
        variables = new EnvironmentVariables([.. pod.Variables.Select(static pair => (pair.Key, (string?)pair.Value))]);
    }

    public async ValueTask DisposeAsync()
    {
        variables.Dispose();
        await pod.DisposeAsync();
    }

    [Theory]
    [InlineData(PodFault.ExpiredToken)]
    [InlineData(PodFault.NoToken)]
    [InlineData(PodFault.BrokenCertificate)]
    [InlineData(PodFault.Refused)]
    public async Task Inference_waits_says_why_and_serves_as_soon_as_it_works(PodFault fault)
    {
        await using var tested = await TestedBucket.StartAsync();
        tested.Emulator.Pod = pod;
        await new ModelRegistry(tested.Open(), TimeProvider.System).PublishAsync(
            RunningInference.Model, RunningInference.Version, SomeOnnx.Add(Datatype.Fp32, -1), TrainingInfo.None, Token);
        await pod.BreakAsync(fault);
        await using var service = await RunningInference.StartOnAsync(new InferenceSettings
        {
            Model = RunningInference.Model,
            Version = RunningInference.Version,
            Registry = $"oci:{ObjectStorageEmulator.Namespace}/{TestedBucket.Name}",
            Oci = pod.Settings with { ObjectStorageEndpoint = tested.Settings.ObjectStorageEndpoint },
        });

        await service.UntilNotReadyAsync($"the identity workload-identity, from https://{pod.Address}:12250 with the token in ");
        Assert.Equal("ok\n", await service.Client.GetStringAsync(InferencePaths.HealthLive, Token));

        await pod.RepairAsync();
        await service.UntilReadyAsync();
        Assert.Equal(0, service.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_router_starts_serves_and_reads_its_journal_as_soon_as_it_works(PodFault fault)
    {
        await using var table = await TestedTable.StartAsync();
        table.Emulator.Pod = pod;
        await using var endpoint = Answering();
        await pod.BreakAsync(fault);
        await using var router = await StartRouterAsync(table);
        File.WriteAllBytes(router.EndpointsPath, SomePlan.Endpoints((1, endpoint.Address)).ToUtf8());
        File.WriteAllBytes(router.PlanPath, SomePlan.Stable().ToUtf8());

        // The plan is followed whatever the journal does.
        await RunningRouter.UntilAsync(async () => (await router.InferAsync()).Text == "served", "it serves");
        await UntilHealthAsync(router, health => health.StartsWith("ok\njournal fails: ", StringComparison.Ordinal));
        Assert.Contains("the identity workload-identity, from ", await HealthAsync(router), StringComparison.Ordinal);
        Assert.NotEqual(JournalReach.Read, router.Get<RolloutBoard>().Reach);

        await pod.RepairAsync();
        await RunningRouter.UntilAsync(() => router.Get<RolloutBoard>().Reach == JournalReach.Read, "it reads the journal");
        await UntilHealthAsync(router, static health => health == "ok\n");
        Assert.Equal("served", (await router.InferAsync()).Text);
    }

    [Theory]
    [InlineData(PodFault.ExpiredToken)]
    [InlineData(PodFault.NoToken)]
    [InlineData(PodFault.MissingToken)]
    public async Task A_router_goes_on_serving_when_its_session_ends_and_cannot_be_renewed(PodFault fault)
    {
        await using var table = await TestedTable.StartAsync();
        table.Emulator.Pod = pod;
        await using var endpoint = Answering();
        await using var router = await StartRouterAsync(table);
        File.WriteAllBytes(router.EndpointsPath, SomePlan.Endpoints((1, endpoint.Address)).ToUtf8());
        File.WriteAllBytes(router.PlanPath, SomePlan.Stable().ToUtf8());
        await RunningRouter.UntilAsync(() => router.Get<RolloutBoard>().Reach == JournalReach.Read, "it reads the journal");

        await pod.BreakAsync(fault);
        pod.EndSessions();
        await UntilHealthAsync(router, health => health.Contains("journal fails: ", StringComparison.Ordinal));
        Assert.Equal("served", (await router.InferAsync()).Text);
        // A new plan is followed too.
        File.WriteAllBytes(router.PlanPath, SomePlan.Stable(deadlineMilliseconds: 1234).ToUtf8());
        await RunningRouter.UntilAsync(() => router.Fraud.Timeout == TimeSpan.FromMilliseconds(1234), "it follows the plan");

        await pod.RepairAsync();
        await UntilHealthAsync(router, static health => health == "ok\n");
    }

    [Theory]
    [InlineData(PodFault.ExpiredToken)]
    [InlineData(PodFault.NoToken)]
    [InlineData(PodFault.Refused)]
    public async Task The_functions_answer_that_the_journal_is_unread_and_work_as_soon_as_it_can_be_read(PodFault fault)
    {
        await using var table = await TestedTable.StartAsync();
        table.Emulator.Pod = pod;
        await pod.BreakAsync(fault);
        await using var functions = await RunningFunctions.StartAsync(new PlainCaller(FunctionName.Rollback), new FunctionsHostSettings
        {
            Journal = LocationOf(table),
            Oci = pod.Settings with { NosqlEndpoint = table.Settings.NosqlEndpoint },
        });
        var message = Encoding.UTF8.GetBytes(
            """{"title":"failure-rate","type":"OK_TO_FIRING","alarmMetaData":[{"status":"FIRING","dimensions":[{"model":"fraud","version":"2","variant":"canary","trial":"1"}]}]}""");

        var answer = await functions.Caller.CallAsync(message);
        Assert.Equal(503, answer.Status);
        Assert.Contains("the identity workload-identity, from ", Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);

        await pod.RepairAsync();
        answer = await functions.Caller.CallAsync(message);
        Assert.Equal(200, answer.Status);
    }

    private static RawServer Answering() => new(async connection =>
    {
        while (await connection.ReadMessageAsync() is not null)
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nserved");
    });

    private static string LocationOf(TestedTable table) => table.Open().Location;

    private Task<RunningRouter> StartRouterAsync(TestedTable table) => RunningRouter.StartAsync(
        settings => settings with
        {
            Journal = LocationOf(table),
            Oci = pod.Settings with { NosqlEndpoint = table.Settings.NosqlEndpoint },
        },
        static services => services.AddSingleton(Pace));

    private static async Task<string> HealthAsync(RunningRouter router) =>
        (await router.AskAsync(RunningRouter.Get(InferencePaths.HealthReady))).Text;

    private static Task UntilHealthAsync(RunningRouter router, Func<string, bool> condition) =>
        RunningRouter.UntilAsync(async () => condition(await HealthAsync(router)), "readiness says so");
}
