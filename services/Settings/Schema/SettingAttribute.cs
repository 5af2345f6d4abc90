namespace ModelServing.Settings.Schema;

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

    /// <summary>What a text must look like, as a regular expression (ECMA 262) of the whole text; null for any text.</summary>
    public string? Pattern { get; init; }

    /// <summary>What that is for a person, as in <c>OCID</c>; given with <see cref="Pattern"/>.</summary>
    public string? Form { get; init; }

    /// <summary>An example of such a text, for a message; given with <see cref="Pattern"/>.</summary>
    public string? Example { get; init; }
}
