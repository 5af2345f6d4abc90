namespace ModelServing.Router.Observing;

/// <summary>Takes first attempts: the guard, once there is one.</summary>
internal interface IAttemptObserver
{
    /// <summary>Takes one, in the moment of its end and before any retry. It runs on the thread that polls the sockets: it must neither
    /// block nor throw.</summary>
    void Observe(in FirstAttempt attempt);
}
