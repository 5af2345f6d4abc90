using System.Collections.Immutable;
using ModelServing.Infra.Tests.Stacks.Preview;
using ModelServing.Stacks;
using ModelServing.Stacks.Preview;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>The two modes of traffic splitting, in every stack of the repository.</summary>
[Collection(nameof(OneAtATime))]
public class SplittingTests
{
    private static readonly string[] Stacks = ["dev", "staging", "prod"];

    public static TheoryData<string> Names => [.. Stacks];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_mode_decides_where_the_gateway_leads_and_nothing_else(string stack)
    {
        var (router, function) = (await RenderAsync(stack, "router"), await RenderAsync(stack, "function"));

        Assert.Equal(router.Texts().Keys.Order(StringComparer.Ordinal), function.Texts().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["oci:ApiGateway/deployment:Deployment gateway"], SomeStack.Changed(router.Texts(), function.Texts()));
        Assert.Equal(
            ["HTTP_BACKEND", "HTTP_BACKEND", "HTTP_BACKEND", "ORACLE_FUNCTIONS_BACKEND", "HTTP_BACKEND", "HTTP_BACKEND"],
            Backends(function).Take(6).Select(static backend => backend["type"]));
        Assert.Equal("ocid1.fnfunc.splitter-traffic-splitter", Backends(function)[3]["functionId"]);
        Assert.All(Backends(router), static backend => Assert.Equal("HTTP_BACKEND", backend["type"]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_gateways_routes_change_after_the_routers_the_function_and_the_right_to_call_it(string stack)
    {
        var run = await RenderAsync(stack, "function");
        var deployment = run.Single("oci:ApiGateway/deployment:Deployment", "gateway");
        Assert.Equal(
            [
                "modelserving:infra:Splitter splitter", "modelserving:infra:SplitterPolicy splitter",
                "modelserving:infra:Workloads workloads",
            ],
            (await deployment.DependenciesAsync()).Order(StringComparer.Ordinal));
    }

    // The first request finds a function whose right to be called has worked for a while, and alarms that watch it.
    [Fact]
    public async Task Everything_that_the_mode_needs_exists_before_the_gateway_leads_to_it()
    {
        var without = await SomeStack.RunAsync(SomeStack.File());
        var with = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Splitter));

        Assert.Equal(
            [
                "kubernetes:core/v1:Secret split-key",
                "kubernetes:core/v1:Service router-split",
                "modelserving:infra:Splitter splitter",
                "modelserving:infra:SplitterPolicy splitter",
                "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule network-functions-to-load-balancer-8082",
                "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule network-load-balancer-from-functions-8082",
                "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule network-nodes-from-10.0.3.0-24-30082",
                "oci:Functions/function:Function splitter-traffic-splitter",
                "oci:Identity/policy:Policy splitter-traffic-splitter",
                "oci:Monitoring/alarm:Alarm alarms-splitter-duration",
                "oci:Monitoring/alarm:Alarm alarms-splitter-errors",
                "oci:Monitoring/alarm:Alarm alarms-splitter-throttles",
            ],
            with.Texts().Keys.Except(without.Texts().Keys).Order(StringComparer.Ordinal));
        Assert.Empty(without.Texts().Keys.Except(with.Texts().Keys));
        Assert.Equal(["kubernetes:apps/v1:Deployment router"], SomeStack.Changed(without.Texts(), with.Texts()));
    }

    [Fact]
    public async Task The_alarm_of_durations_follows_the_longest_deadline()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(
            "fraud: { stable: { version: 1 }, deadline: 30s }, churn: { stable: { version: 1 }, deadline: 2s }", more: SomeStack.Splitter));
        Assert.Equal(
            "FunctionExecutionDuration[1m]{resourceDisplayName =~ \"*traffic-splitter\"}.percentile(0.99) > 30000",
            run.Single("oci:Monitoring/alarm:Alarm", "alarms-splitter-duration").Inputs["query"]);
    }

    // What a person sees before each of the two updates.
    [Fact]
    public async Task The_previews_of_the_change_are_golden()
    {
        using var output = new StringWriter { NewLine = "\n" };
        foreach (var stack in Stacks)
        {
            var without = await SnapshotAsync(stack, await SomeStack.FileOfRepositoryAsync(stack));
            var router = await SnapshotAsync(stack, await FileAsync(stack, "router"));
            var function = await SnapshotAsync(stack, await FileAsync(stack, "function"));
            Write($"{stack}: functions.splitter is added", without, router);
            Write($"{stack}: splitting changes to function", router, function);
        }

        var golden = Repository.Combine("tests", "ModelServing.Infra.Tests", "Stacks", "golden-splitting.txt");
        var actual = Path.Combine(AppContext.BaseDirectory, "golden-splitting.txt");
        await File.WriteAllTextAsync(actual, output.ToString());
        Assert.True(
            File.Exists(golden) && await File.ReadAllTextAsync(golden) == output.ToString(),
            $"The previews differ from {golden}. If that is intended, copy {actual} over it and review the diff.");

        void Write(string title, StackSnapshot before, StackSnapshot after)
        {
            var comparison = StackComparison.Between(before, after);
            new PreviewWriter(output, PreviewFormat.Plain).Write(title, comparison.Summary(), comparison, []);
            output.WriteLine();
        }
    }

    private static async Task<StackSnapshot> SnapshotAsync(string stack, string yaml) =>
        await StackSnapshot.RenderAsync(yaml, stack, foundationOnly: false, SomePreview.Digest);

    private static async Task<RenderedStack> RenderAsync(string stack, string mode) => await StackRendering.RunAsync(
        new SomeCloud(true, SomeStack.Published), SomeStack.Online(await FileAsync(stack, mode)), stack, isPreview: false);

    private static async Task<string> FileAsync(string stack, string mode) =>
        SomeStack.WithSplitter(await SomeStack.FileOfRepositoryAsync(stack), mode);

    private static List<ImmutableDictionary<string, object>> Backends(RenderedStack run) =>
    [
        .. run.Single("oci:ApiGateway/deployment:Deployment", "gateway").Inputs.Map("specification").List("routes")
            .Select(static route => ((ImmutableDictionary<string, object>)route).Map("backend")),
    ];
}
