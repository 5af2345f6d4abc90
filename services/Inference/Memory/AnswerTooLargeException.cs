namespace ModelServing.Inference.Memory;

/// <summary>An answer is larger than this process sends.</summary>
internal sealed class AnswerTooLargeException(long most)
    : Exception($"The answer has more than {most} bytes, which is the limit; ask for fewer outputs, or for fewer rows in one request");
