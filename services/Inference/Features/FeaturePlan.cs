using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Inference.Models;
using ModelServing.OnlineStore;
using ModelServing.Registry;

namespace ModelServing.Inference.Features;

/// <summary>How a model's input is filled with features: what callers send in its place, and where each column comes from.</summary>
internal sealed class FeaturePlan
{
    /// <summary>The input with the times of reading, in microseconds since 1970. A caller may leave it out; then it is the time of the
    /// request.</summary>
    internal const string TimeName = "time";

    // All inputs have the same number of rows.
    private const string Rows = "rows";

    private readonly List<TensorSpec> inputs = [];

    private FeaturePlan(LoadedModel model, ModelFeatures features, IReadOnlyList<ViewStore> views)
    {
        SessionInputs = new int[model.Inputs.Count];
        for (var i = 0; i < SessionInputs.Length; i++)
        {
            SessionInputs[i] = model.Inputs[i].Name == features.Input ? -1 : inputs.Count;
            if (SessionInputs[i] < 0)
                Target = model.Inputs[i];
            else
                inputs.Add(model.Inputs[i]);
        }

        Views = [.. views.Select(view => new UsedView(
            view,
            [.. view.Engine.Definition.Entity.Select(Find)],
            [.. view.Engine.Definition.Request.Select(Find)]))];
        Time = Find(new NamedType(TimeName, new FieldType(FieldKind.Time)));
        Columns = [.. features.Columns.Select(FindColumn)];
    }

    /// <summary>The inputs that callers send.</summary>
    internal IReadOnlyList<TensorSpec> Inputs => inputs;

    /// <summary>The model's input that is filled.</summary>
    internal TensorSpec Target { get; } = null!;

    /// <summary>For each of the model's inputs, the one of <see cref="Inputs"/> that it is; -1 for <see cref="Target"/>.</summary>
    internal int[] SessionInputs { get; }

    internal UsedView[] Views { get; }

    internal FeatureColumn[] Columns { get; }

    /// <summary>The index of the input <see cref="TimeName"/>.</summary>
    internal int Time { get; }

    /// <summary>Makes the plan of a model.</summary>
    /// <param name="model">The model, whose manifest has features.</param>
    /// <param name="features">The manifest's features.</param>
    /// <param name="views">The views that they name, in their order.</param>
    /// <exception cref="ModelException">They do not fit together.</exception>
    internal static FeaturePlan Create(LoadedModel model, ModelFeatures features, IReadOnlyList<ViewStore> views) =>
        new(model, features, views);

    private int Find(NamedType wanted)
    {
        var spec = new TensorSpec(wanted.ToTensor(), [Rows]) { IsOptional = wanted.Name == TimeName };
        var index = inputs.FindIndex(input => input.Name == wanted.Name);
        if (index < 0)
        {
            inputs.Add(spec);
            return inputs.Count - 1;
        }

        return inputs[index].ToString() == spec.ToString()
            ? index
            : throw new ModelException($"the input '{wanted.Name}' is {inputs[index]} in one place and {spec} in another");
    }

    private FeatureColumn FindColumn(string column)
    {
        if (ModelFeatures.Split(column) is not { } name)
        {
            var input = inputs.FindIndex(input => input.Name == column && input.Name != TimeName);
            return input >= 0 && Views.Any(view => view.Request.Contains(input))
                ? new FeatureColumn(-1, input)
                : throw new ModelException($"features.columns has '{column}', which is not a value of a request of any of its views");
        }

        var view = Array.FindIndex(Views, view => view.Id.View.Text == name.View);
        var outputs = Views[view].Store.Engine.Outputs;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Name == name.Feature)
                return new FeatureColumn(view, i);
        }

        throw new ModelException(
            $"features.columns has '{column}', but {Views[view].Id} has no such feature; it has " +
            string.Join(", ", outputs.Select(static output => output.Name)));
    }
}
