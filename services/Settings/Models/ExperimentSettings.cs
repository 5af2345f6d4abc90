using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>An A/B test.</summary>
public sealed record ExperimentSettings
{
    [Setting(
        "The name of the experiment. It is part of the records of its requests.",
        Pattern = ModelName.Pattern,
        Form = "a name",
        Example = "q4")]
    public required string Name { get; init; }

    [Setting(
        "The arms by name, each with its own version. A name has the form of a model name; `stable`, `canary`, `pinned`, `direct` and "
        + "`shadow` are reserved.")]
    public required IReadOnlyDictionary<ModelName, ArmSettings> Arms { get; init; }
}
