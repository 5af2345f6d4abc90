namespace ModelServing.Inference;

/// <summary>Tells the parts of a version which one it is.</summary>
internal sealed class VersionScope
{
    private VersionSettings? settings;

    internal VersionSettings Settings
    {
        get => settings ?? throw new InvalidOperationException("a part of a version was asked for outside of the version");
        set => settings = value;
    }
}
