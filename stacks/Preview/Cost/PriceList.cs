using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview.Cost;

/// <summary>The prices in <c>stacks/Preview/prices.json</c>. Each price names its source and so its date. One without a source is
/// unknown.</summary>
/// <param name="Currency">The currency, such as <c>USD</c>.</param>
/// <param name="HoursInMonth">The hours that Oracle counts in a month.</param>
/// <param name="Prices">The prices by name.</param>
internal sealed record PriceList(string Currency, int HoursInMonth, IReadOnlyDictionary<string, Price> Prices)
{
    /// <summary>The file, from the root of the repository.</summary>
    internal const string FileName = "stacks/Preview/prices.json";

    /// <summary>The dates of the oldest and of the newest price.</summary>
    internal (DateOnly Oldest, DateOnly Newest) Dates
    {
        get
        {
            DateOnly[] dates = [.. Prices.Values.Select(static price => price.Date).OfType<DateOnly>()];
            return dates.Length == 0 ? default : (dates.Min(), dates.Max());
        }
    }

    /// <summary>Finds a price; null if the list does not have it, or does not know it.</summary>
    internal decimal? Find(string name) => Prices.GetValueOrDefault(name)?.Value;

    /// <summary>Reads the repository's list.</summary>
    /// <exception cref="PreviewException">The file is missing or has a fault; the message names the place.</exception>
    internal static PriceList Read(string root)
    {
        var path = Path.Combine(root, FileName);
        return File.Exists(path) ? Parse(File.ReadAllText(path)) : throw new PreviewException($"{FileName} does not exist");
    }

    /// <exception cref="PreviewException">The text has a fault; the message names the place.</exception>
    internal static PriceList Parse(string json)
    {
        try
        {
            var root = JsonNode.Parse(json) as JsonObject ?? throw Fault("it is not an object");
            var sources = (root["sources"] as JsonObject ?? []).ToDictionary(
                static source => source.Key,
                static source => DateOnly.ParseExact(Text(source.Value, "date", source.Key), "yyyy-MM-dd", CultureInfo.InvariantCulture));
            var prices = (root["prices"] as JsonArray ?? throw Fault("it has no prices")).Select(node => Read(node, sources)).ToList();
            var twice = prices.GroupBy(static price => price.Name).FirstOrDefault(static group => group.Count() > 1);
            if (twice is not null)
                throw Fault($"'{twice.Key}' has two prices");
            var hours = root["hoursInMonth"]?.GetValue<int>() ?? 0;
            if (hours is < 1 or > 744)
                throw Fault($"hoursInMonth is {hours}; it must be from 1 to 744");
            return new PriceList(Text(root, "currency", "the list"), hours, prices.ToDictionary(static price => price.Name));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw Fault(e.Message);
        }
    }

    private static Price Read(JsonNode? node, Dictionary<string, DateOnly> sources)
    {
        var name = Text(node, "name", "a price");
        var unit = Text(node, "unit", name);
        if (node!["price"]?.GetValue<decimal>() is not { } value)
            return new Price(name, unit, null, null);
        if (value < 0)
            throw Fault($"the price of '{name}' is {value.ToString(CultureInfo.InvariantCulture)}");
        var source = Text(node, "source", name);
        return sources.TryGetValue(source, out var date)
            ? new Price(name, unit, value, date)
            : throw Fault($"'{name}' names the source '{source}', which is not among the sources");
    }

    private static string Text(JsonNode? node, string member, string place) =>
        (node as JsonObject)?[member] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
            ? text
            : throw Fault($"'{place}' has no {member}");

    private static PreviewException Fault(string what) => new($"{FileName}: {what}");
}
