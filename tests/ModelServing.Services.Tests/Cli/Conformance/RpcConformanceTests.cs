using Grpc.Net.Client;
using ModelServing.Cli.Conformance;
using ModelServing.Cli.Conformance.Rpc;
using ModelServing.Services.Tests.Router;

namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>The checks over gRPC pass against our servers, and each fails against a server that is broken where it looks.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RpcConformanceTests(ConformanceFixture fixture) : IClassFixture<ConformanceFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. RpcChecks.List.Select(static check => $"{check.Area}: {check.Name}")];

    [Fact]
    public void No_two_checks_have_the_same_name() =>
        Assert.Equal(RpcChecks.List.Count, RpcChecks.List.Select(static check => (check.Area, check.Name)).Distinct().Count());

    [Fact]
    public async Task All_checks_pass_against_the_router()
    {
        await using var router = await fixture.Servers.StartRouterAsync();
        using var channel = GrpcChannel.ForAddress(router.Grpc);
        Assert.Empty(await FailuresAsync(channel, static result => result.State != CheckState.Passed));
    }

    [Fact]
    public async Task All_checks_pass_against_versions_each_of_which_is_asked_about_its_own_model()
    {
        var passed = new HashSet<Check>();
        foreach (var (model, version) in fixture.Servers.Versions)
        {
            using var channel = GrpcChannel.ForAddress(version.Grpc);
            Assert.Empty(await FailuresAsync(channel, result =>
            {
                if (result.State == CheckState.Passed)
                    passed.Add(result.Check);
                return result.State == CheckState.Failed || (result.State == CheckState.Skipped && result.Check.Model == model);
            }));
        }

        Assert.Equal(RpcChecks.List.Count, passed.Count);
    }

    // The server of the negative controls, without a fault.
    [Fact]
    public async Task All_checks_pass_against_a_server_without_faults()
    {
        using var channel = fixture.Servers.ConnectRpc();
        Assert.Empty(await FailuresAsync(channel, static result => result.State != CheckState.Passed));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_check_fails_if_what_it_asks_for_is_broken(string name)
    {
        var check = RpcChecks.List.Single(check => $"{check.Area}: {check.Name}" == name);
        await AssertFailsAsync(check, ServerFault.SwappedStatus);
        // It only asks for a status.
        if (check.Name != "knows no other method")
            await AssertFailsAsync(check, ServerFault.NoContent);
    }

    [Fact]
    public async Task Each_fault_of_a_server_is_found()
    {
        await AssertFailsAsync(RpcChecks.List.Single(static check => check.Name == "repeats the id"), ServerFault.NoId);
        foreach (var check in RpcChecks.List.Where(IsOfInference))
            await AssertFailsAsync(check, ServerFault.WrongElement);
        foreach (var check in RpcChecks.List.Where(static check => check.Area == "grpc types"))
        {
            await AssertFailsAsync(check, ServerFault.WrongShape);
            if (check.Name.EndsWith("raw", StringComparison.Ordinal))
                await AssertFailsAsync(check, ServerFault.WrongLength);
        }
    }

    [Fact]
    public async Task The_report_fits_80_columns()
    {
        using var channel = fixture.Servers.ConnectRpc(ServerFault.SwappedStatus);
        var subject = new Subject(null, new RpcSubject(channel.CreateCallInvoker()));
        var report = new ConformanceReport(
            new Uri("http://localhost:1"), await ConformanceRun.RunAsync(subject, RpcChecks.List, Cancellation));
        Assert.All(report.Lines(), static line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains("FAILED   grpc         is live", report.Lines());
    }

    private static bool IsOfInference(Check check) =>
        check.Area == "grpc types" || check.Name.StartsWith("adds", StringComparison.Ordinal)
        || check.Name.StartsWith("answers", StringComparison.Ordinal) || check.Name.StartsWith("reads", StringComparison.Ordinal)
        || check.Name.StartsWith("passes", StringComparison.Ordinal);

    private static async Task<IEnumerable<string>> FailuresAsync(GrpcChannel channel, Func<CheckResult, bool> isFailure)
    {
        var subject = new Subject(null, new RpcSubject(channel.CreateCallInvoker()));
        var results = await ConformanceRun.RunAsync(subject, RpcChecks.List, Cancellation);
        return [.. results.Where(isFailure).Select(static result => $"{result.Check.Area}: {result.Check.Name}: {result.Why}")];
    }

    private async Task AssertFailsAsync(Check check, ServerFault fault)
    {
        using var channel = fixture.Servers.ConnectRpc(fault);
        var subject = new Subject(null, new RpcSubject(channel.CreateCallInvoker()));
        var failure = await Record.ExceptionAsync(() => check.RunAsync(subject));
        Assert.True(failure is NotConformingException, $"{check.Name} with {fault}: {failure?.Message ?? "it passed"}");
    }
}
