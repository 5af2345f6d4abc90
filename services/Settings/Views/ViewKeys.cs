using System.Text.Json.Nodes;
using ModelServing.Features.Definitions;

namespace ModelServing.Settings.Views;

/// <summary>The keys of a view's file. The reader's messages and the JSON Schema are both made from them.</summary>
internal static class ViewKeys
{
    internal const string Ratio = "ratio";

    /// <summary>The keys that say what a feature is; a feature has exactly one of them.</summary>
    internal static readonly IReadOnlyList<ViewKey> Kinds =
    [
        new("count", "The number of events of a source (`payments`), or of those that have a field (`payments.amount`).", Source),
        new("sum", "The exact sum of a field, `SOURCE.FIELD`.", Field),
        new("mean", "The mean of a field, `SOURCE.FIELD`, from its exact sum. The mean of a bool is the share of `true`.", Field),
        new("min", "The smallest value of a field, `SOURCE.FIELD`.", Field),
        new("max", "The largest value of a field, `SOURCE.FIELD`.", Field),
        new("last", "The value of a field, `SOURCE.FIELD`, in the latest event.", Field),
        new("distinct", "The approximate number of different values of a field, `SOURCE.FIELD` (HyperLogLog, about 3% off).", Field),
        new(Ratio, "The ratio of two window features of this view: `[DIVIDEND, DIVISOR]`.", static () => new JsonObject
        {
            ["type"] = "array",
            ["items"] = Text(ViewRules.NamePattern),
            ["minItems"] = 2,
            ["maxItems"] = 2,
        }),
    ];

    /// <summary>The other keys of a feature.</summary>
    internal static readonly IReadOnlyList<ViewKey> Options =
    [
        new("window", "The length of the window, such as `7d`.", Duration),
        new("hop", "The length of the tiles that the window is made of. By default, a window has 12 to 64 of them.", Duration),
        new("delay", "How long before the time of reading the window ends. Default: `0s`.", Duration),
        new("where", "A condition on the fields of an event, such as `amount > 100`.", Expression),
        new("default", "The value if there is no other. Without it, a count, a sum and a distinct have 0, and others are not a number.",
            Number),
    ];

    internal static readonly IReadOnlyList<ViewKey> SourceOptions =
    [
        new("fields", "The fields of an event that the view uses, with their types. Entity keys are left out.", Types),
    ];

    /// <summary>The keys of an expression that is a map.</summary>
    internal static readonly IReadOnlyList<ViewKey> ExpressionOptions =
    [
        new("value", "The expression.", Expression, IsRequired: true),
        new("default", "The value if the result is not a finite number.", Number),
    ];

    internal static readonly IReadOnlyList<ViewKey> Root =
    [
        new("view", "The view's name: " + ViewName.Form + ".", static () => Text(ViewName.Pattern), IsRequired: true),
        new("version", "The version, from 1. A published version never changes.", static () => Whole(1, ViewId.MaxVersion),
            IsRequired: true),
        new("entity", "The keys of an entity, in order, with their types: `int64` or `string`.",
            static () => Named(Text("^(int64|string)$"), 1), IsRequired: true),
        new("sources", "The sources of events, by name.", static () => Named(Map(SourceOptions), 1), IsRequired: true),
        new("lateness", "How much older than the newest event of its entity an event may be. Default: `0s`.", Duration),
        new("ttl", "How long after its newest event an entity's features can be read: at least the longest window with its delay and " +
            "hop, plus the lateness.", Duration, IsRequired: true),
        new("tail", $"The most identifiers of events that an entity remembers, to recognise repeated ones. Default: " +
            $"{ViewDefinition.DefaultTail}.", static () => Whole(ViewRules.MinTail, ViewRules.MaxTail)),
        new("features", "The features, by name, in the order in which readers get them.", static () => Named(ViewSchema.Feature(), 1),
            IsRequired: true),
        new("request", "Values that a request brings, with their types, for expressions.", Types),
        new("expressions", "Features that are computed from other features, the request's values and `time`, the time of reading.",
            static () => Named(new JsonObject { ["anyOf"] = new JsonArray(Expression(), Map(ExpressionOptions)) })),
    ];

    /// <summary>The schema of a map with exactly these keys.</summary>
    internal static JsonObject Map(IReadOnlyList<ViewKey> keys)
    {
        var properties = new JsonObject();
        foreach (var key in keys)
        {
            var schema = key.Schema();
            schema["description"] = key.Description;
            properties[key.Name] = schema;
        }

        var map = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (keys.Any(static key => key.IsRequired))
            map["required"] = new JsonArray([.. keys.Where(static key => key.IsRequired).Select(static key => JsonValue.Create(key.Name))]);
        return map;
    }

    private static JsonObject Named(JsonObject value, int least = 0)
    {
        var map = new JsonObject
        {
            ["type"] = "object",
            ["patternProperties"] = new JsonObject { [ViewRules.NamePattern] = value },
            ["additionalProperties"] = false,
        };
        if (least > 0)
            map["minProperties"] = least;
        return map;
    }

    private static JsonObject Types() => Named(Text(FieldType.Pattern));

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject Source() => Text("^[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)?$");

    private static JsonObject Field() => Text("^[A-Za-z0-9_]+\\.[A-Za-z0-9_]+$");

    private static JsonObject Duration() => Text(DurationText.Pattern);

    private static JsonObject Number() => new() { ["type"] = "number" };

    private static JsonObject Whole(int least, int most) => new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    // `1` is an expression too.
    private static JsonObject Expression() => new()
    {
        ["type"] = new JsonArray("string", "number", "boolean"),
        ["maxLength"] = ModelServing.Features.Expressions.Expression.MaxLength,
    };
}
