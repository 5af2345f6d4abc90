using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Functions.Rollback;

/// <summary>The version's trial that a stream of ModelMetrics is about, according to its dimensions.</summary>
internal sealed record Subject(ModelName Model, ModelVersion Version, string Variant, int Trial)
{
    internal IReadOnlyDictionary<string, string> Dimensions => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        [ModelMetric.Model] = Model.Text,
        [ModelMetric.Version] = Version.ToString(),
        [ModelMetric.Variant] = Variant,
        [ModelMetric.Trial] = Trial.ToString(CultureInfo.InvariantCulture),
    };

    public override string ToString() => $"{Model} version {Version} ({Variant}, trial {Trial})";

    /// <summary>Reads dimensions. If they are wrong, <paramref name="fault"/> says why.</summary>
    internal static bool TryRead(
        IReadOnlyDictionary<string, string> dimensions,
        [NotNullWhen(true)] out Subject? subject,
        [NotNullWhen(false)] out string? fault)
    {
        (subject, fault) = (null, null);
        string[] needed = [ModelMetric.Model, ModelMetric.Version, ModelMetric.Variant, ModelMetric.Trial];
        if (needed.Where(name => !dimensions.ContainsKey(name)).ToList() is { Count: > 0 } missing)
            fault = $"The stream lacks the dimensions {string.Join(", ", missing)}";
        else if (!ModelName.TryParse(dimensions[ModelMetric.Model], null, out var model))
            fault = Wrong(ModelMetric.Model, ModelName.Form);
        else if (!ModelVersion.TryParse(dimensions[ModelMetric.Version], null, out var version))
            fault = Wrong(ModelMetric.Version, ModelVersion.Form);
        else if (!ModelName.TryParse(dimensions[ModelMetric.Variant], null, out _))
            fault = Wrong(ModelMetric.Variant, ModelName.Form);
        else if (!int.TryParse(dimensions[ModelMetric.Trial], NumberStyles.None, CultureInfo.InvariantCulture, out var trial) || trial < 1)
            fault = Wrong(ModelMetric.Trial, "a whole number from 1");
        else
            subject = new Subject(model, version, dimensions[ModelMetric.Variant], trial);
        return subject is not null;

        string Wrong(string name, string form) => $"The stream's dimension {name} is '{dimensions[name]}'; it must be {form}";
    }
}
