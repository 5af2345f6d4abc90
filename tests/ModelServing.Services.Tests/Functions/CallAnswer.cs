namespace ModelServing.Services.Tests.Functions;

/// <summary>A function's answer, however it was called.</summary>
internal sealed record CallAnswer(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    internal string Text => System.Text.Encoding.UTF8.GetString(Body);
}
