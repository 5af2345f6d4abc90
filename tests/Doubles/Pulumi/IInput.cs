namespace Pulumi;

/// <summary>An input of a type that is not known at compile time.</summary>
internal interface IInput
{
    IOutput ToOutput();
}
