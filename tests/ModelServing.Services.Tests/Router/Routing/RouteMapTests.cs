using ModelServing.Contracts;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;

namespace ModelServing.Services.Tests.Router.Routing;

/// <summary>Maps that share what did not change.</summary>
public class RouteMapTests
{
    private const int Models = 400;

    private readonly UpstreamCalls calls = new();

    [Fact]
    public void Each_map_has_what_was_put_into_it_however_many_follow()
    {
        var random = new Random(19);
        var (one, other) = (RoutesOf(500), RoutesOf(900));
        var expected = new Dictionary<ModelName, ModelRoute>();
        var map = RouteMap.Empty;
        List<(RouteMap Map, Dictionary<ModelName, ModelRoute> Expected)> all = [(map, new(expected))];
        for (var step = 0; step < 300; step++)
        {
            // Of those that go, some were never there.
            List<ModelName> gone = [.. Enumerable.Range(0, random.Next(4)).Select(_ => ManyModels.Name(random.Next(Models))).Distinct()];
            List<ModelRoute> set = [.. Enumerable.Range(0, random.Next(6))
                .Select(_ => (random.Next(2) == 0 ? one : other)[random.Next(Models)])
                .Where(route => !gone.Contains(route.Name))];
            foreach (var route in set)
                expected[route.Name] = route;
            foreach (var name in gone)
                expected.Remove(name);
            all.Add((map = map.With(set, gone), new(expected)));
        }

        Assert.All(all, static each => AssertHas(each.Map, each.Expected));
    }

    private static void AssertHas(RouteMap map, Dictionary<ModelName, ModelRoute> expected)
    {
        Assert.Equal(expected.Count, map.Count);
        Assert.Equal(expected.Values.OrderBy(static route => route.Name), map.All.OrderBy(static route => route.Name));
        foreach (var name in Enumerable.Range(0, Models).Select(ManyModels.Name))
        {
            Assert.Same(expected.GetValueOrDefault(name), map.Find(name));
            Assert.Equal(expected.ContainsKey(name), map.TryGet(name.Text, out var found));
            Assert.Same(expected.GetValueOrDefault(name), found);
        }
    }

    private List<ModelRoute> RoutesOf(int weight) =>
        [.. RoutingTable.Build(ManyModels.Plan(Models, weight), EndpointsDocument.None, null, calls, TimeProvider.System).Models];
}
