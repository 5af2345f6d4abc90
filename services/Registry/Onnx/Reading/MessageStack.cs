namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The messages that have begun and not ended, and where each one ends. It takes the place of recursion.</summary>
internal sealed class MessageStack
{
    private readonly OnnxMessage[] messages;
    private readonly long[] ends;
    private int depth;

    /// <param name="root">The outermost message.</param>
    /// <param name="length">The number of bytes of the outermost message.</param>
    /// <param name="maxNesting">The maximum number of messages inside the outermost one.</param>
    internal MessageStack(OnnxMessage root, long length, int maxNesting)
    {
        messages = new OnnxMessage[maxNesting + 1];
        ends = new long[maxNesting + 1];
        messages[0] = root;
        ends[0] = length;
    }

    /// <summary>The innermost message.</summary>
    internal OnnxMessage Current => messages[depth];

    /// <summary>The position at which <see cref="Current"/> ends.</summary>
    internal long CurrentEnd => ends[depth];

    internal bool IsAtRoot => depth == 0;

    internal bool IsFull => depth + 1 == messages.Length;

    internal void Push(OnnxMessage message, long end)
    {
        depth++;
        messages[depth] = message;
        ends[depth] = end;
    }

    /// <summary>Ends the nested messages whose end is <paramref name="position"/>.</summary>
    internal void EndAt(long position)
    {
        while (depth > 0 && position == ends[depth])
        {
            messages[depth].OnEnd();
            messages[depth--] = null!;
        }
    }
}
