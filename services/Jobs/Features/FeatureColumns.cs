using ModelServing.Features.Definitions;

namespace ModelServing.Jobs.Features;

/// <summary>The names of the columns that a view adds to a training table.</summary>
internal static class FeatureColumns
{
    /// <summary>The features, named as <c>training.json</c> names them, and the entity's status.</summary>
    internal static IEnumerable<string> NamesOf(ViewDefinition view) =>
        view.Features.Select(feature => NameOf(view, feature.Name)).Append(StatusOf(view));

    internal static string NameOf(ViewDefinition view, string feature) => $"{view.View}.{feature}";

    /// <summary>The column that says whether the entity had a state: <c>present</c>, <c>missing</c> or <c>expired</c>.</summary>
    internal static string StatusOf(ViewDefinition view) => StatusOf(view.View.Text);

    /// <inheritdoc cref="StatusOf(ViewDefinition)"/>
    internal static string StatusOf(string view) => $"{view}_status";
}
