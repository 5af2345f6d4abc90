namespace ModelServing.Stacks.Preview;

/// <summary>A preview that can't be made, for a reason that its message says.</summary>
internal sealed class PreviewException(string message) : Exception(message);
