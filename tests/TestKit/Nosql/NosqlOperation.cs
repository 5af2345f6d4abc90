namespace ModelServing.TestKit.Nosql;

/// <summary>The emulated operations, with the SDK's names.</summary>
public enum NosqlOperation
{
    UpdateRow,
    GetRow,
    Query,
}
