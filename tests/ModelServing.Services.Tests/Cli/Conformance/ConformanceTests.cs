using ModelServing.Cli;
using ModelServing.Cli.Conformance;
using ModelServing.Cli.Conformance.Checks;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>The checks pass against our servers, and each fails against a server that is broken where it looks.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ConformanceTests : IClassFixture<ConformanceFixture>
{
    // These only ask for a status.
    private static readonly string[] OnlyStatus =
    [
        "is live", "is ready", "answers HEAD about its health", "ignores a query string about its health", "says that a model is ready",
    ];

    private readonly ConformanceFixture fixture;

    public ConformanceTests(ConformanceFixture fixture) => this.fixture = fixture;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. AllChecks.List.Select(static check => $"{check.Area}: {check.Name}")];

    [Fact]
    public void No_two_checks_have_the_same_name() =>
        Assert.Equal(AllChecks.List.Count, AllChecks.List.Select(static check => (check.Area, check.Name)).Distinct().Count());

    [Fact]
    public async Task All_checks_pass_against_versions()
    {
        using var http = fixture.Servers.Connect();
        AssertPassed(await ConformanceRun.RunAsync(new Subject(http), AllChecks.List, Cancellation));
    }

    [Fact]
    public async Task All_checks_pass_against_the_router()
    {
        await using var router = await fixture.Servers.StartRouterAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{router.Address}") };
        AssertPassed(await ConformanceRun.RunAsync(new Subject(http), AllChecks.List, Cancellation));
    }

    [Fact]
    public async Task A_version_of_one_model_is_asked_about_that_one()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{fixture.Servers.Versions[ConformanceModels.Text].Address}") };
        var results = await ConformanceRun.RunAsync(new Subject(http), AllChecks.List, Cancellation);
        Assert.All(results, static result => Assert.NotEqual(CheckState.Failed, result.State));
        Assert.All(results, static result =>
            Assert.Equal(result.Check.Model is not null and not ConformanceModels.Text, result.State == CheckState.Skipped));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_check_fails_if_what_it_asks_for_is_broken(string name)
    {
        var check = AllChecks.List.Single(check => $"{check.Area}: {check.Name}" == name);
        await AssertFailsAsync(check, ServerFault.SwappedStatus);
        if (!OnlyStatus.Contains(check.Name))
            await AssertFailsAsync(check, ServerFault.NoContent);
    }

    [Fact]
    public async Task Each_fault_of_a_server_is_found()
    {
        var checks = AllChecks.List;
        await AssertFailAsync(ServerFault.NoId, checks.Where(static check => check.Name == "repeats the id"));
        await AssertFailAsync(ServerFault.NoErrorMember, checks.Where(IsOfError));
        await AssertFailAsync(ServerFault.WrongElement, checks.Where(static check =>
            check.Area is "data types" or "inference" or "binary" && !IsOfError(check) && check.Name != "repeats the id"));
        await AssertFailAsync(ServerFault.WrongShape, checks.Where(static check => check.Area == "data types"));
        await AssertFailAsync(ServerFault.WrongLength, checks.Where(static check => check.Area == "data types"));
    }

    [Fact]
    public async Task A_server_without_an_extension_is_not_asked_for_it()
    {
        using var http = fixture.Servers.Connect(ServerFault.NoContent);
        var results = await ConformanceRun.RunAsync(new Subject(http), AllChecks.List, Cancellation);
        Assert.All(results.Where(static result => result.Check.Extension is not null), static result =>
            Assert.Equal(CheckState.Skipped, result.State));
    }

    [Fact]
    public async Task The_report_fits_80_columns_and_says_the_same_in_each_form()
    {
        using var http = fixture.Servers.Connect(ServerFault.NoId);
        var report = new ConformanceReport(
            new Uri("http://localhost:1"), await ConformanceRun.RunAsync(new Subject(http), AllChecks.List, Cancellation));
        var lines = report.Lines().ToList();
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, 80));
        Assert.Equal($"{AllChecks.List.Count - 1} passed, 1 failed, 0 skipped", lines[^1]);
        var failed = lines.FindIndex(static line => line.StartsWith("FAILED", StringComparison.Ordinal));
        Assert.Equal("FAILED   inference    repeats the id", lines[failed]);
        Assert.Contains("expected the id of the request; got 200", lines[failed + 1], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, report.ExitCode);
        var suite = report.JUnit().Root!.Element("testsuite")!;
        Assert.Equal(("1", "0"), (suite.Attribute("failures")!.Value, suite.Attribute("skipped")!.Value));
        Assert.Equal(AllChecks.List.Count, suite.Elements("testcase").Count());
        var failure = suite.Elements("testcase").Single(static item => item.Element("failure") is not null);
        Assert.Equal("repeats the id", failure.Attribute("name")!.Value);
    }

    [Fact]
    public async Task The_models_are_written_as_a_repository_of_Triton()
    {
        using var folder = new TemporaryFolder();
        await ConformanceCommand.WriteAsync(new DirectoryInfo(folder.FullPath), Cancellation);
        foreach (var name in ConformanceModels.Names)
            Assert.Equal(ConformanceModels.Make(name), await File.ReadAllBytesAsync(folder.Combine(name, "1", "model.onnx"), Cancellation));
    }

    private static bool IsOfError(Check check) => check.Name.StartsWith("refuses", StringComparison.Ordinal);

    private static void AssertPassed(IReadOnlyList<CheckResult> results) =>
        Assert.Empty(results.Where(static result => result.State != CheckState.Passed)
            .Select(static result => $"{result.Check.Area}: {result.Check.Name}: {result.Why}"));

    private async Task AssertFailAsync(ServerFault fault, IEnumerable<Check> checks)
    {
        foreach (var check in checks)
            await AssertFailsAsync(check, fault);
    }

    private async Task AssertFailsAsync(Check check, ServerFault fault)
    {
        using var http = fixture.Servers.Connect(fault);
        var failure = await Record.ExceptionAsync(() => check.RunAsync(new Subject(http)));
        Assert.True(failure is NotConformingException, $"{check.Name} with {fault}: {failure?.Message ?? "it passed"}");
    }
}
