namespace ModelServing.Settings.Schema;

/// <summary>A secret: encrypted in a stack file, and a secret in Pulumi's state. It prints as <c>[secret]</c>.</summary>
public sealed class SecretText
{
    /// <summary>The text shown instead of a secret.</summary>
    public const string Hidden = "[secret]";

    private readonly string text;

    private SecretText(string text, bool isKnown)
    {
        this.text = text;
        IsKnown = isKnown;
    }

    /// <summary>A secret that takes the place of one that is not set yet.</summary>
    public static SecretText Encrypted { get; } = FromEncrypted("");

    /// <summary>Whether the text is known here.</summary>
    public bool IsKnown { get; }

    /// <summary>The text, for code that turns it into a secret output. If it cannot be read here, a stand-in that differs for secrets that
    /// were encrypted apart, so that a preview sees a new one.</summary>
    public string Reveal() => text;

    /// <summary>Creates a secret from its decrypted text.</summary>
    public static SecretText From(string text) => new(text, isKnown: true);

    /// <summary>Creates a secret that cannot be read here from its encrypted text.</summary>
    public static SecretText FromEncrypted(string encrypted) => new($"{Hidden} {encrypted}", isKnown: false);

    /// <inheritdoc/>
    public override string ToString() => Hidden;
}
