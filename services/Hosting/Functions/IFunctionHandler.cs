namespace ModelServing.Hosting.Functions;

/// <summary>What a function does. It does not know how it was called: by the Fn contract on a socket, or by plain HTTP.</summary>
/// <remarks>Nothing may run between calls: a container of OCI Functions is frozen then.</remarks>
public interface IFunctionHandler
{
    /// <summary>Answers a call. What it throws is answered 500, and logged.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">Shortly before the call's deadline, or once the caller is gone.</param>
    Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation);
}
