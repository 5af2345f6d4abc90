namespace ModelServing.Rollout.Settings;

/// <summary>Marks a property as a setting. A <c>required</c> property is a setting that has to be given.</summary>
/// <param name="description">What it does, in Markdown; stands in docs/settings.md and in the JSON Schema.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string description) : Attribute
{
    /// <summary>What it does.</summary>
    public string Description => description;

    /// <summary>The least value, as one would write it; null for none.</summary>
    public string? Least { get; init; }

    /// <summary>The greatest value, as one would write it; null for none.</summary>
    public string? Most { get; init; }
}
