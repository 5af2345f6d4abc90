namespace ModelServing.Settings.Schema;

/// <summary>A secret: encrypted in a stack file, and a secret in Pulumi's state. It prints as <c>[secret]</c>.</summary>
public sealed class SecretText
{
    /// <summary>The text shown instead of a secret.</summary>
    public const string Hidden = "[secret]";

    private readonly string? text;

    private SecretText(string? text) => this.text = text;

    /// <summary>A secret that is encrypted and cannot be read here.</summary>
    public static SecretText Encrypted { get; } = new(null);

    /// <summary>Whether the text is known here.</summary>
    public bool IsKnown => text is not null;

    /// <summary>The text, for code that turns it into a secret output. <see cref="Hidden"/> if it cannot be read here.</summary>
    public string Reveal() => text ?? Hidden;

    /// <summary>Creates a secret from its decrypted text.</summary>
    public static SecretText From(string text) => new(text);

    /// <inheritdoc/>
    public override string ToString() => Hidden;
}
