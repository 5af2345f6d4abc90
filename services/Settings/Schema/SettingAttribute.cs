namespace ModelServing.Settings.Schema;

/// <summary>Marks a property as a setting. A <c>required</c> property is a required setting.</summary>
/// <param name="description">What the setting does, in Markdown. It is printed in docs/settings.md and in the JSON Schema.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string description) : Attribute
{
    public string Description => description;

    /// <summary>The smallest value, in the form used in a stack file; null for no limit.</summary>
    public string? Min { get; init; }

    /// <summary>The largest value, in the form used in a stack file; null for no limit.</summary>
    public string? Max { get; init; }

    /// <summary>A regular expression (ECMA 262) that the whole text must match; null for any text.</summary>
    public string? Pattern { get; init; }

    /// <summary>A name for texts that match <see cref="Pattern"/>, with its article, such as <c>an OCID</c>.</summary>
    public string? Form { get; init; }

    /// <summary>An example of a text that matches <see cref="Pattern"/>, for messages.</summary>
    public string? Example { get; init; }
}
