using System.Net;
using ModelServing.Contracts;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Router.Routing;

namespace ModelServing.Services.Tests.Router.Routing;

/// <summary>What a table takes over from the one before.</summary>
public class RoutingTableTests
{
    private readonly UpstreamCalls calls = new();
    private readonly EndpointsDocument endpoints = EndpointsOf(20, port: 1000);

    [Fact]
    public void A_changed_weight_makes_one_new_route()
    {
        var plan = ManyModels.Plan(20);
        var before = Build(plan, endpoints, null);
        var after = Build(plan.WithWeight(7, 900), endpoints, before);
        Assert.Equal([ManyModels.Name(7)], Different(before, after));
        Assert.Same(before.Reachable, after.Reachable);
        Assert.Same(before.Trials, after.Trials);
        Assert.Same(before.Endpoints, after.Endpoints);
        Assert.Equal(900, RouteOf(after, 7).Effective.Variants[0].Weight);
        Assert.Same(RouteOf(before, 7).Budget, RouteOf(after, 7).Budget);
        Assert.Same(RouteOf(before, 7).SlowLimit, RouteOf(after, 7).SlowLimit);
    }

    [Fact]
    public void What_is_slow_is_found_out_again_for_another_stable_version()
    {
        var plan = SomePlan.Stable();
        var other = plan.Rollouts[SomePlan.Model] with
        {
            Variants = [new VariantPlan(VariantPlan.Stable, new ModelVersion(2), PlanDocument.Buckets)],
        };
        var before = Build(plan, endpoints, null);
        var after = Build(plan with { Rollouts = new(plan.Rollouts) { [SomePlan.Model] = other } }, endpoints, before);
        Assert.Same(Route(before).Budget, Route(after).Budget);
        Assert.NotSame(Route(before).SlowLimit, Route(after).SlowLimit);

        static ModelRoute Route(RoutingTable table) => Assert.Single(table.Models);
    }

    [Fact]
    public void A_version_with_endpoints_that_no_variant_has_can_be_pinned()
    {
        var warm = new EndpointEntry(ManyModels.Name(3), new ModelVersion(7), "127.0.0.1:9", 0);
        var plan = ManyModels.Plan(20);
        var table = Build(plan, endpoints with { Endpoints = [.. endpoints.Endpoints, warm] }, null);
        Assert.Equal(1, RouteOf(table, 3).Pin("7")!.Endpoints.Count);
        Assert.Null(RouteOf(table, 4).Pin("7"));
    }

    [Fact]
    public void Changed_endpoints_of_a_model_make_one_new_route_with_the_same_other_endpoints()
    {
        var plan = ManyModels.Plan(20);
        var before = Build(plan, endpoints, null);
        var added = new EndpointEntry(ManyModels.Name(3), new ModelVersion(1), "127.0.0.1:9", 0);
        var after = Build(plan, endpoints with { Endpoints = [.. endpoints.Endpoints, added] }, before);
        Assert.Equal([ManyModels.Name(3)], Different(before, after));
        Assert.Equal(2, RouteOf(after, 3).Pin("1")!.Endpoints.Count);
        Assert.All(before.Endpoints, pair => Assert.Same(pair.Value, after.Endpoints[pair.Key]));
    }

    [Fact]
    public void Models_and_versions_that_come_and_go_change_what_requests_may_reach()
    {
        var plan = ManyModels.Plan(20);
        var before = Build(plan, endpoints, null);
        var less = Build(ManyModels.Plan(19), endpoints, before);
        Assert.Equal(38, less.Reachable.Count);
        Assert.Equal(38, less.Trials.Count);
        Assert.False(less.TryGetModel(ManyModels.Name(19).Text, out _));
        var more = Build(plan, endpoints, less);
        Assert.Equal(40, more.Reachable.Count);
        // One model goes and another comes, so there are as many as before.
        var other = Build(ManyModels.Plan(19) with
        {
            Rollouts = new(ManyModels.Plan(19).Rollouts) { [ModelName.Parse("other")] = ManyModels.Rollout(1) },
        }, endpoints, more);
        Assert.Contains((ModelName.Parse("other"), new ModelVersion(1)), other.Reachable);
        Assert.DoesNotContain((ManyModels.Name(19), new ModelVersion(1)), other.Reachable);
    }

    [Fact]
    public void Beyond_two_hundred_versions_no_route_is_named_in_metrics()
    {
        var series = new NamedSeries();
        var few = Build(ManyModels.Plan(100), endpoints, null, series);
        Assert.Contains("model-00000", Text(RouteOf(few, 0)), StringComparison.Ordinal);
        var many = Build(ManyModels.Plan(101), endpoints, few, series);
        Assert.Equal("model=* version=* variant=canary status=200", Text(RouteOf(many, 0)));
        var again = Build(ManyModels.Plan(100), endpoints, many, series);
        Assert.Contains("model-00000", Text(RouteOf(again, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Models_that_did_not_change_lose_their_names_in_metrics_with_the_others()
    {
        var series = new NamedSeries();
        var plan = ManyModels.Plan(101);
        var less = plan with { Rollouts = new RolloutDictionary(plan.Rollouts) };
        less.Rollouts.Remove(ManyModels.Name(100));
        var few = Build(less, endpoints, null, series);
        var many = Build(plan, endpoints, few, series);
        Assert.Equal("model=* version=* variant=canary status=200", Text(RouteOf(many, 0)));
        var again = Build(less, endpoints, many, series);
        Assert.Contains("model-00000", Text(RouteOf(again, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Routes_are_kept_as_long_as_the_same_guard_watches_them()
    {
        var plan = ManyModels.Plan(20);
        var before = BuildWatched(null, None);
        Assert.Empty(Different(before, BuildWatched(before, None)));
        Assert.Equal(20, Different(before, BuildWatched(before, static (_, _) => [])).Count());

        static IReadOnlyList<WatchedVariant?> None(ModelName model, EffectiveRollout rollout) => [];

        RoutingTable BuildWatched(
            RoutingTable? previous, Func<ModelName, EffectiveRollout, IReadOnlyList<WatchedVariant?>> watch) =>
            RoutingTable.Build(plan, endpoints, previous, calls, TimeProvider.System, watch: watch);
    }

    [Fact]
    public void Versions_of_a_long_life_are_named_only_up_to_a_number()
    {
        var series = new NamedSeries();
        Assert.All(Enumerable.Range(1, 400), number => Assert.True(series.Has(ManyModels.Name(0), new ModelVersion(number))));
        Assert.False(series.Has(ManyModels.Name(0), new ModelVersion(401)));
        Assert.True(series.Has(ManyModels.Name(0), new ModelVersion(1)));
    }

    private RoutingTable Build(PlanDocument plan, EndpointsDocument document, RoutingTable? previous, NamedSeries? series = null) =>
        RoutingTable.Build(plan, document, previous, calls, TimeProvider.System, series: series);

    private static ModelRoute RouteOf(RoutingTable table, int number) =>
        table.TryGetModel(ManyModels.Name(number).Text, out var route) ? route : throw new InvalidOperationException("no such model");

    private static string Text(ModelRoute route) => string.Join(
        ' ', route.Variants[0].Tags.Ok.Select(static tag => $"{tag.Key}={tag.Value}"));

    private static IEnumerable<ModelName> Different(RoutingTable before, RoutingTable after) => after.Models
        .Where(route => !before.TryGetModel(route.Name.Text, out var former) || !ReferenceEquals(former, route))
        .Select(static route => route.Name);

    private static EndpointsDocument EndpointsOf(int models, int port) => EndpointsDocument.None with
    {
        Endpoints =
        [
            .. from number in Enumerable.Range(0, models)
               from version in (int[])[1, 2]
               select new EndpointEntry(
                   ManyModels.Name(number), new ModelVersion(version), new IPEndPoint(IPAddress.Loopback, port + number).ToString(), 0),
        ],
    };
}
