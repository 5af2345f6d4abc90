namespace ModelServing.Settings.Schema;

/// <summary>A text that is not to be seen: encrypted in a stack file, a secret in Pulumi's state. It prints as <c>[secret]</c>.</summary>
public sealed class SecretText
{
    /// <summary>What stands in place of a text that is encrypted and can't be read here.</summary>
    public const string Hidden = "[secret]";

    private readonly string? text;

    private SecretText(string? text) => this.text = text;

    /// <summary>A text that is encrypted and can't be read here.</summary>
    public static SecretText Encrypted { get; } = new(null);

    /// <summary>The text, for the one who makes a secret output of it; <see cref="Hidden"/> where it can't be read.</summary>
    public string Reveal() => text ?? Hidden;

    /// <summary>A text that was decrypted.</summary>
    public static SecretText From(string text) => new(text);

    /// <inheritdoc/>
    public override string ToString() => Hidden;
}
