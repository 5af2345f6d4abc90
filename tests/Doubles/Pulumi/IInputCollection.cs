namespace Pulumi;

/// <summary>An input whose parts may be unknown individually.</summary>
internal interface IInputCollection
{
    IOutput Parts { get; }
}
