namespace Pulumi;

/// <summary>Base class of an invoke's arguments.</summary>
public abstract class InvokeArgs : InputArgs
{
    public static readonly InvokeArgs Empty = new None();

    private sealed class None : InvokeArgs;
}
