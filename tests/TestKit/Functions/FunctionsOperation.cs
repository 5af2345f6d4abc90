namespace ModelServing.TestKit.Functions;

/// <summary>The emulated operations, with the SDK's names.</summary>
public enum FunctionsOperation
{
    InvokeFunction,
}
