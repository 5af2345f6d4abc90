namespace Pulumi;

/// <summary>An output of a type that is not known at compile time.</summary>
internal interface IOutput
{
    Task<OutputData<object?>> GetDataAsync();
}
