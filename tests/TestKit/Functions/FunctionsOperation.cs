namespace ModelServing.TestKit.Functions;

/// <summary>The operations that are emulated, by the SDK's names.</summary>
public enum FunctionsOperation
{
    InvokeFunction,
}
