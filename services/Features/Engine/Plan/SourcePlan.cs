using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Features.Expressions;

namespace ModelServing.Features.Engine.Plan;

/// <summary>What a view does with the events of a source.</summary>
internal sealed class SourcePlan
{
    private readonly Dictionary<string, ExpressionInput> scope;

    internal SourcePlan(ViewDefinition definition, SourceDefinition source)
    {
        Name = source.Name;
        Fields = [.. source.Fields, .. definition.Entity];
        scope = Scopes.ForConditions(definition, source);
    }

    internal string Name { get; }

    /// <summary>The declared fields, then the entity keys.</summary>
    internal NamedType[] Fields { get; }

    internal List<Expression> Conditions { get; } = [];

    internal List<ColumnUse> Columns { get; } = [];

    internal int AddCondition(string? where)
    {
        if (where is null)
            return -1;
        var condition = Expression.Parse(where, scope);
        var index = Conditions.FindIndex(other => other.ToString() == condition.ToString());
        if (index >= 0)
            return index;
        Conditions.Add(condition);
        return Conditions.Count - 1;
    }

    internal int FindField(string? name) => name is null ? -1 : Array.FindIndex(Fields, field => field.Name == name);

    /// <summary>Reads the event's fields in the types of the view.</summary>
    /// <returns>The field that does not fit its type; null if all do.</returns>
    internal NamedType? Read(FeatureEvent featureEvent, FieldValues values)
    {
        values.Reset(Fields.Length, featureEvent.Time.Microseconds);
        for (var i = 0; i < Fields.Length; i++)
        {
            var value = featureEvent[Fields[i].Name];
            if (value.Kind != FieldKind.None && !values.TrySet(i, value, Fields[i].Type))
                return Fields[i];
        }

        return null;
    }
}
