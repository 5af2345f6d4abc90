namespace ModelServing.TestKit.Nosql;

/// <summary>The operations that are emulated, by the SDK's names.</summary>
public enum NosqlOperation
{
    UpdateRow,
    Query,
}
