using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>An A/B test.</summary>
public sealed record ExperimentSettings
{
    /// <summary>Its name.</summary>
    [Setting("The experiment's name, which stands in the records of its requests.", Pattern = ModelName.Pattern, Form = "a name", Example = "q4")]
    public required string Name { get; init; }

    /// <summary>The arms by name.</summary>
    [Setting("The arms by name, each with a version of its own. A name has the form of a model's; `stable`, `canary`, `pinned`, `direct` and `shadow` are taken.")]
    public required IReadOnlyDictionary<ModelName, ArmSettings> Arms { get; init; }
}
