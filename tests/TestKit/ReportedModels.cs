namespace ModelServing.TestKit;

/// <summary>The models of public bug reports about serving platforms, as the tests of those reports use them.</summary>
public static class ReportedModels
{
    /// <summary>The output <c>t</c> equals the input <c>s</c>, BYTES [N].</summary>
    public static byte[] Text { get; } = Convert.FromBase64String(
        "CAgSBGhhbmQ6RQocCgFzEgF0GgpJZGVudGl0eV90IghJZGVudGl0eRIBZ1oQCgFzEgsKCQgIEgUKAxIBTmIQCgF0EgsKCQgIEgUKAxIBTkIECg" +
        "AQEQ==");

    /// <summary>The output <c>y</c> is the logarithm of the input <c>x</c>, FP32 [N].</summary>
    public static byte[] Log { get; } = Convert.FromBase64String(
        "CAgSBGhhbmQ6OwoSCgF4EgF5GgVMb2dfeSIDTG9nEgFnWhAKAXgSCwoJCAESBQoDEgFOYhAKAXkSCwoJCAESBQoDEgFOQgQKABAR");

    /// <summary>The output <c>y</c> is the sum of <c>input_ids</c> and <c>attention_mask</c>, FP32 [batch,sequence].</summary>
    public static byte[] Two { get; } = Convert.FromBase64String(
        "CAgSBGhhbmQ6qgEKKgoJaW5wdXRfaWRzCg5hdHRlbnRpb25fbWFzaxIBeRoFQWRkX3kiA0FkZBIBZ1ooCglpbnB1dF9pZHMSGwoZCAESFQoHEg" +
        "ViYXRjaAoKEghzZXF1ZW5jZVotCg5hdHRlbnRpb25fbWFzaxIbChkIARIVCgcSBWJhdGNoCgoSCHNlcXVlbmNlYiAKAXkSGwoZCAESFQoHEgVi" +
        "YXRjaAoKEghzZXF1ZW5jZUIECgAQEQ==");

    /// <summary>The output <c>y</c>, FP32 [], counts to the input <c>count</c>, INT64 [].</summary>
    public static byte[] Loop { get; } = Convert.FromBase64String(
        "CAgSBGhhbmQ6zwIKiAIKBWNvdW50CgR0cnVlCgR6ZXJvEgF5GgZMb29wX3kiBExvb3Aq4QEKBGJvZHky1QEKKAoGYWNjX2luCgNvbmUSB2FjY1" +
        "9vdXQaC0FkZF9hY2Nfb3V0IgNBZGQKMAoHY29uZF9pbhIIY29uZF9vdXQaEUlkZW50aXR5X2NvbmRfb3V0IghJZGVudGl0eRIEYm9keSoPCAEQ" +
        "AUIDb25lSgQAAIA/WgwKAml0EgYKBAgHEgBaEQoHY29uZF9pbhIGCgQICRIAWhQKBmFjY19pbhIKCggIARIECgIIAWISCghjb25kX291dBIGCg" +
        "QICRIAYhUKB2FjY19vdXQSCgoICAESBAoCCAGgAQUSAWcqCxAJQgR0cnVlSgEBKhAIARABQgR6ZXJvSgQAAAAAWg8KBWNvdW50EgYKBAgHEgBi" +
        "DwoBeRIKCggIARIECgIIAUIECgAQEQ==");
}
