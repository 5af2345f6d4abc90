namespace Pulumi;

/// <summary>Options of an invoke that returns an output.</summary>
public class InvokeOutputOptions : InvokeOptions
{
    public InputList<Resource> DependsOn { get => field ??= []; set; }
}
