using ModelServing.Contracts;

namespace ModelServing.Router.Routing;

/// <summary>The routes of a table by model. The next table's map shares the parts in which nothing changed, so it costs about what changed.
/// It never changes itself.</summary>
internal sealed class RouteMap
{
    // A power of two. With 5,000 models, a part has about 20.
    private const int Parts = 256;

    private static readonly Dictionary<string, ModelRoute> None = new(StringComparer.Ordinal);

    private readonly Dictionary<string, ModelRoute>[] parts;

    private RouteMap(Dictionary<string, ModelRoute>[] parts, int count)
    {
        this.parts = parts;
        Count = count;
    }

    internal static RouteMap Empty { get; } = new([.. Enumerable.Repeat(None, Parts)], 0);

    internal int Count { get; }

    /// <summary>All routes, in no particular order.</summary>
    internal IEnumerable<ModelRoute> All => parts.SelectMany(static part => part.Values);

    /// <summary>Returns a map with other routes for some models, and without some others.</summary>
    internal RouteMap With(IEnumerable<ModelRoute> routes, IEnumerable<ModelName> gone)
    {
        var next = parts.ToArray();
        var count = Count;
        foreach (var route in routes)
        {
            var part = PartOf(route.Name.Text);
            count += part.ContainsKey(route.Name.Text) ? 0 : 1;
            part[route.Name.Text] = route;
        }

        foreach (var name in gone)
            count -= PartOf(name.Text).Remove(name.Text) ? 1 : 0;
        return new RouteMap(next, count);

        // A part of its own, which this map does not share.
        Dictionary<string, ModelRoute> PartOf(string name)
        {
            var number = NumberOf(name);
            if (ReferenceEquals(next[number], parts[number]))
                next[number] = new Dictionary<string, ModelRoute>(parts[number], StringComparer.Ordinal);
            return next[number];
        }
    }

    internal ModelRoute? Find(ModelName name) => parts[NumberOf(name.Text)].GetValueOrDefault(name.Text);

    internal bool TryGet(ReadOnlySpan<char> name, out ModelRoute route) =>
        parts[NumberOf(name)].GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out route!);

    // FNV-1a. A string's own hash differs from process to process, and so would the order of the routes.
    private static int NumberOf(ReadOnlySpan<char> name)
    {
        var hash = 2166136261;
        foreach (var character in name)
            hash = (hash ^ character) * 16777619;
        return (int)((hash ^ (hash >> 16)) & (Parts - 1));
    }
}
