using ModelServing.Features.Events;
using ModelServing.Features.Expressions;

namespace ModelServing.Features.Definitions;

/// <summary>The names that expressions of a view may use. The time has the index 0, and the others follow in their order.</summary>
internal static class Scopes
{
    /// <summary>For the condition of a feature: the fields of an event of the source, and its time.</summary>
    internal static Dictionary<string, ExpressionInput> ForConditions(ViewDefinition definition, SourceDefinition source)
    {
        var scope = new Dictionary<string, ExpressionInput>
        {
            [ExpressionSyntax.Time] = new(0, ExpressionType.Number),
        };
        foreach (var (name, type) in source.Fields.Concat(definition.Entity))
            scope.TryAdd(name, new ExpressionInput(scope.Count, From(type)));
        return scope;
    }

    /// <summary>For an expression: the features before it, the request's values, and the time of reading.</summary>
    internal static Dictionary<string, ExpressionInput> ForFeatures(ViewDefinition definition, string until)
    {
        var scope = new Dictionary<string, ExpressionInput>
        {
            [ExpressionSyntax.Time] = new(0, ExpressionType.Number),
        };
        foreach (var (name, type) in definition.Request)
            scope.TryAdd(name, new ExpressionInput(scope.Count, type.Kind == FieldKind.Bool ? ExpressionType.Bool : ExpressionType.Number));
        foreach (var feature in definition.Features.TakeWhile(feature => feature.Name != until))
            scope.TryAdd(feature.Name, new ExpressionInput(scope.Count, ExpressionType.Number));
        return scope;
    }

    private static ExpressionType From(FieldType type) => type.Kind switch
    {
        FieldKind.Bool => ExpressionType.Bool,
        FieldKind.String => ExpressionType.Text,
        _ => ExpressionType.Number,
    };
}
